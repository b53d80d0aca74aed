/* stress.c - bitnet-eval stress: the stress tests. */
#include "suites/cmd/bitnet_eval/eval.h"
#include <stdio.h>
#include <string.h>

/* Does this word of --only, up to its comma, begin the name? */
static bool begins(const char *word, const char *name)
{
    size_t n = strcspn(word, ",");
    return n && !strncmp(word, name, n);
}

static const char *next_word(const char *list) { return (list = strchr(list, ',')) ? list + 1 : NULL; }

static bool chosen(const char *name)
{
    for (const char *word = o.only; word; word = next_word(word))
        if (begins(word, name)) return true;
    return !o.only;
}

static void check_only(const struct bn_stress_test *tests, size_t n)
{
    for (const char *word = o.only; word; word = next_word(word)) {
        size_t i = 0;
        while (i < n && !begins(word, tests[i].name)) i++;
        if (i == n)
            bn_cmd_fail(&cmd, 2, "No stress test begins with \"%.*s\"; --list_tasks lists them.",
                        (int)strcspn(word, ","), word);
    }
}

static void print_stress(const struct bn_stress_result *r)
{
    printf("%s %s %.6g %.6g %.2f %s\n", r->name, bn_verdict_name(r->verdict), r->value, r->threshold, r->seconds,
           r->reason);
    fflush(stdout);
}

/* The words of the command line that are options of the registry, with their values; without the two that act on
 * generation alone (apply_options says so). */
static struct {
    const char *words[64];
    int n;
} engine;

void keep_engine_words(int argc, char **argv)
{
    for (int i = 1; i < argc && engine.n < 62; i++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(argv[i], "="), argv[i]);
        const struct bn_option *option = strncmp(name, "--", 2) ? NULL : bn_option_find(name + 2);
        bool ours = option ? strcmp(option->name, "prompt_lookup") && strcmp(option->name, "head_screening")
                           : !strcmp(name, "--config");
        if (ours) engine.words[engine.n++] = argv[i];
        while (ours && !strchr(argv[i], '=') && i + 1 < argc && strncmp(argv[i + 1], "--", 2) && engine.n < 63)
            engine.words[engine.n++] = argv[++i];
    }
}

const char *const *engine_words(int *n)
{
    *n = engine.n;
    return engine.words;
}

int stress(void)
{
    const struct bn_stress_test *tests;
    size_t n = bn_stress_tests(&tests), n_run = 0;
    struct bn_stress_result results[32];
    bool failed = false;
    check_only(tests, n);
    bn_model_close(open_model()); /* a model that does not open is one error, not twelve */
    struct bn_stress_options so = {.model_path = o.model_path,
                                   .against_path = o.against,
                                   .twin_path = o.twin,
                                   .data_dir = o.eval.data_dir,
                                   .model = o.model,
                                   .n_threads = o.eval.n_threads,
                                   .n_ctx = o.eval.n_ctx,
                                   .session = o.eval.session,
                                   .engine_words = engine.words,
                                   .n_engine_words = engine.n,
                                   .quick = o.quick};
    for (size_t i = 0; i < n && n_run < 32; i++) {
        if (!chosen(tests[i].name)) continue;
        struct bn_stress_result *r = &results[n_run++];
        bn_cmd_progress("%s", tests[i].name);
        bn_stress_run(r, &tests[i], &so);
        bn_cmd_progress(NULL);
        failed |= r->verdict == BN_FAIL;
        if (!o.json) print_stress(r);
    }
    if (o.json) put_json(stdout, bn_stress_json(results, n_run, o.model_path), "the result");
    return failed;
}
