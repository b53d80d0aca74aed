/* stress.c - bitnet-eval stress and readiness: the stress tests, and the score that they and two tasks give. */
#include "suites/cmd/bitnet_eval/eval.h"
#include <stdio.h>
#include <stdlib.h>
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

/* The words of the command line that are options of the registry, with their values; without the two that act on
 * generation alone (apply_options says so). */
static struct {
    const char *words[64];
    int n;
} engine;

/* Whether the word after the option is its value: an option that is on or off may have none. */
static bool is_value(const struct bn_option *option, const char *word)
{
    if (!option || option->argument) return true;
    for (const char *const *value = option->values; value && *value; value++)
        if (!strcmp(*value, word)) return true;
    return false;
}

void keep_engine_words(int argc, char **argv)
{
    for (int i = 1; i < argc && engine.n < 62; i++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(argv[i], "="), argv[i]);
        const struct bn_option *option = strncmp(name, "--", 2) ? NULL : bn_option_find(name + 2);
        bool ours = option ? strcmp(option->name, "prompt_lookup") && strcmp(option->name, "head_screening")
                           : !strcmp(name, "--config");
        if (ours) engine.words[engine.n++] = argv[i];
        if (ours && !strchr(argv[i], '=') && i + 1 < argc && is_value(option, argv[i + 1]))
            engine.words[engine.n++] = argv[++i];
    }
}

const char *const *engine_words(int *n)
{
    *n = engine.n;
    return engine.words;
}

/* Behind the reason: the options that were set, where there are some. */
static void print_options(void)
{
    for (int i = 0; i < engine.n; i++) printf("%s%s", i ? " " : "; with ", BN_PRINTABLE(engine.words[i]));
}

static void print_stress(const struct bn_stress_result *r)
{
    printf("%s %s %.6g %.6g %.2f %s", r->name, bn_verdict_name(r->verdict), r->value, r->threshold, r->seconds,
           r->reason);
    print_options();
    putchar('\n');
    fflush(stdout);
}

/* After the model has been opened, which reads o.model. */
static struct bn_stress_options stress_options(void)
{
    return (struct bn_stress_options){.model_path = o.model_path,
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
}

enum { MOST_TESTS = 32 };

/* results: [MOST_TESTS]; returns how many tests ran. */
static size_t run_chosen(struct bn_stress_result *results, const struct bn_stress_options *so, bool *failed)
{
    const struct bn_stress_test *tests;
    size_t n = bn_stress_tests(&tests), n_run = 0;
    *failed = false;
    for (size_t i = 0; i < n && n_run < MOST_TESTS; i++) {
        if (!chosen(tests[i].name)) continue;
        struct bn_stress_result *r = &results[n_run++];
        bn_cmd_progress("%s", tests[i].name);
        bn_stress_run(r, &tests[i], so);
        bn_cmd_progress(NULL);
        *failed |= r->verdict == BN_FAIL;
        if (!o.json) print_stress(r);
    }
    return n_run;
}

/* What results are of, beside the model. The caller frees it. */
static char *configuration(void)
{
    char *words = engine_identity(), *text = NULL, context[32] = "";
    if (o.eval.n_ctx) snprintf(context, sizeof context, " n_ctx=%d", o.eval.n_ctx);
    if (!words || asprintf(&text, "%s%s%s%s%s", o.quick ? "quick" : "full", o.twin ? "" : " without twin", context,
                           *words ? " with" : "", words) < 0)
        bn_cmd_fail(&cmd, 1, "Could not allocate memory for the result.");
    free(words);
    return text;
}

int stress(void)
{
    const struct bn_stress_test *tests;
    static struct bn_stress_result results[MOST_TESTS];
    bool failed;
    check_only(tests, bn_stress_tests(&tests));
    bn_model_close(open_model()); /* a model that does not open is one error, not twelve */
    const struct bn_stress_options so = stress_options();
    size_t n = run_chosen(results, &so, &failed);
    if (o.json) {
        char *config = configuration();
        put_json(stdout, bn_stress_json(results, n, o.model_path, config), "the result");
        free(config);
    }
    return failed;
}

static void print_readiness(const struct bn_readiness *r)
{
    for (size_t i = 0; i < r->n_parts; i++) {
        const struct bn_readiness_part *p = &r->parts[i];
        if (p->verdict == BN_SKIP || p->share < 1 || p->low < 1)
            printf("%-30s %-4s %5.2f of %g points [%.2f, %.2f]: %s\n", p->name, bn_verdict_name(p->verdict),
                   p->weight * p->share, p->weight, p->weight * p->low, p->weight * p->high, p->reason);
    }
    printf("readiness %.1f %% [%.1f, %.1f], of which skips cost %.1f\n", r->value, r->low, r->high, r->skipped);
}

int readiness(void)
{
    static struct bn_stress_result results[MOST_TESTS];
    static struct bn_readiness score;
    bool failed;
    bn_model_close(open_model());
    const struct bn_stress_options so = stress_options();
    size_t n = run_chosen(results, &so, &failed);
    bn_cmd_progress("tasks of the readiness score");
    bn_readiness_judge(&score, results, n, &so);
    bn_cmd_progress(NULL);
    char *text = configuration();
    if (o.json)
        put_json(stdout, bn_readiness_json(&score, results, n, o.model_path, text), "the result");
    else
        print_readiness(&score);
    free(text);
    return score.n_failed > 0;
}
