/* bitnet_eval.c - evaluates a model on tasks, or puts it through the stress tests (`bitnet-eval stress`). */
#include "engine/cmdline.h"
#include "engine/files.h"
#include "suites/eval/eval_json.h"
#include "suites/eval/task.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TASKS = 64 };
static struct {
    struct bn_eval_options eval;
    struct bn_model_options model;
    const char *model_path, *tasks, *items, *only, *against, *twin;
    bool json, list_tasks, quick, lens;
} o = {.eval.data_dir = "datasets"};

static const struct bn_cmd_option options[] = {
    {"model", "FILE", BN_CMD_STRING, &o.model_path, "model to evaluate (GGUF, safetensors directory, llama2.c .bin)", 0,
     0},
    {"tokenizer", "FILE", BN_CMD_STRING, &o.model.tokenizer_path, "tokenizer of a llama2.c checkpoint", 0, 0},
    {"pretokenizer", "NAME", BN_CMD_STRING, &o.model.pretokenizer,
     "override what the file says: llama-bpe, gpt-2, qwen2, ...", 0, 0},
    {"tasks", "A,B", BN_CMD_STRING, &o.tasks, "tasks to run; --list_tasks names them", 0, 0},
    {"subset", "A,B", BN_CMD_STRING, &o.tasks, "the same", 0, 0},
    {"data_dir", "DIR", BN_CMD_STRING, &o.eval.data_dir, "folder of the tasks' data (default: datasets)", 0, 0},
    {"limit", "N", BN_CMD_INT, &o.eval.limit, "only the first N items of a task", 1, 1e9},
    {"limit_per_group", "N", BN_CMD_INT, &o.eval.limit_per_group, "only the first N items of each group (MMLU subject)",
     1, 1e9},
    {"ids", "A,B", BN_CMD_STRING, &o.eval.ids, "only the items with these ids", 0, 0},
    {"text_file", "FILE", BN_CMD_STRING, &o.eval.text_file, "text of task perplexity", 0, 0},
    {"rule", "NAME", BN_CMD_STRING, &o.eval.rule, "rule of perplexity: llama.cpp (default) or lm-eval", 0, 0},
    {"n_ctx", "N", BN_CMD_INT, &o.eval.n_ctx, "longest input in tokens (default: the model's; 512 for perplexity)", 0,
     1e7},
    {"threads", "N", BN_CMD_INT, &o.eval.n_threads, "threads; 0: one per physical core", 0, 1024},
    {"items", "FILE", BN_CMD_STRING, &o.items, "write every item's log-likelihoods there", 0, 0},
    {"json", NULL, BN_CMD_FLAG, &o.json, "print one JSON object", 0, 0},
    {"list_tasks", NULL, BN_CMD_FLAG, &o.list_tasks, "list the tasks and the stress tests", 0, 0},
    {"lens", NULL, BN_CMD_FLAG, &o.lens, "divergence: also after each layer (logit lens)", 0, 0},
    {"quick", NULL, BN_CMD_FLAG, &o.quick, "stress: a shorter form of each test", 0, 0},
    {"only", "A,B", BN_CMD_STRING, &o.only, "stress: only the tests whose names begin so (s01,s03)", 0, 0},
    {"against", "FILE", BN_CMD_STRING, &o.against,
     "stress: a second file that must give the same logits; divergence: the reference", 0, 0},
    {"twin", "FILE", BN_CMD_STRING, &o.twin, "stress: the same model in full precision, for the tests that compare", 0,
     0},
    {0}};
static const struct bn_cmd cmd = {"bitnet-eval", "evaluation tasks and stress tests",
                                  "--model M --tasks A,B [options]\n       bitnet-eval stress --model M [options]\n"
                                  "       bitnet-eval divergence --model M --against REFERENCE --text_file F [--lens]",
                                  options,
                                  "Tasks read the published files of their sets under DIR of --data_dir: arc-easy/, "
                                  "openbookqa/, hellaswag/, mmlu/, truthfulqa/,\n"
                                  "wikitext-2/ and microworld/ (its default, datasets, has the last).\n"
                                  "Tasks use an f32 KV cache unless --kv_type names another.\n"
                                  "Exit code: 0 done, all stress tests passed or skipped; 1 failed; 2 usage."};

/* What the program is for this time. */
enum mode { TASKS = 1, STRESS = 2, DIVERGENCE = 4 };

/* Options that the mode has no use for are refused, not ignored. */
static void check_options(enum mode mode)
{
    static const char *const words[] = {[TASKS] = "--tasks",
                                        [STRESS] = "the word stress",
                                        [DIVERGENCE] = "the word divergence",
                                        [STRESS | DIVERGENCE] = "the word stress or divergence",
                                        [TASKS | STRESS] = "--tasks or the word stress",
                                        [TASKS | DIVERGENCE] = "--tasks or the word divergence"};
    static const struct {
        const char *option;
        unsigned modes;
    } uses[] = {{"tasks", TASKS},
                {"subset", TASKS},
                {"data_dir", TASKS | STRESS},
                {"limit", TASKS | DIVERGENCE},
                {"limit_per_group", TASKS},
                {"ids", TASKS},
                {"text_file", TASKS | DIVERGENCE},
                {"rule", TASKS},
                {"items", TASKS},
                {"lens", DIVERGENCE},
                {"quick", STRESS},
                {"only", STRESS},
                {"twin", STRESS},
                {"against", STRESS | DIVERGENCE}};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        bn_cmd_needs(&cmd, uses[i].option, uses[i].modes & mode, words[uses[i].modes]);
}

static void list_tasks(void)
{
    const char *names[MAX_TASKS], *purposes[MAX_TASKS];
    size_t n = bn_eval_tasks(names, purposes, MAX_TASKS);
    for (size_t i = 0; i < n; i++) printf("%-20s %s\n", names[i], purposes[i]);
    const struct bn_stress_test *tests;
    n = bn_stress_tests(&tests);
    for (size_t i = 0; i < n; i++) printf("stress %-26s %s\n", tests[i].name, tests[i].purpose);
}

static void show_progress(void *self, const char *task, size_t done, size_t total)
{
    (void)self;
    bn_cmd_progress("%s %zu/%zu", task, done, total);
}

static void warn_of_context(const struct bn_model *model, int n_ctx)
{
    int trained = bn_model_info(model)->n_ctx_train;
    if (n_ctx > trained)
        fprintf(stderr,
                "bitnet-eval: The model was trained for %d tokens; with a context of %d scores of longer texts may be "
                "poor.\n",
                trained, n_ctx);
}

static struct bn_model *open_model(void)
{
    struct bn_model *model;
    struct bn_error err = {0};
    if (!o.model_path) bn_cmd_fail(&cmd, 2, "--model is needed: the file or directory of the model.");
    if (bn_model_open(&model, o.model_path, &o.model, &err) != BN_OK)
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (bn_cmd_options_act(bn_model_info(model), &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    bn_cmd_options_say(cmd.name, &o.model, bn_model_info(model));
    o.model.fingerprint = 0; /* checked; a file that is compared has its own */
    warn_of_context(model, o.eval.n_ctx);
    return model;
}

/* Writes one JSON value and a newline; says so when the disk is full. */
static void put_json(FILE *f, json_t *value, const char *where)
{
    if (!value || json_dumpf(value, f, JSON_COMPACT | JSON_REAL_PRECISION(12)) || fputc('\n', f) == EOF || fflush(f))
        bn_cmd_fail(&cmd, 1, "Writing %s failed: %s.", where, strerror(errno));
    json_decref(value);
}

static void print_result(const struct bn_eval_result *r)
{
    for (int i = 0; i < r->n_metrics; i++) {
        const struct bn_eval_metric *m = &r->metrics[i];
        printf("%-18s v%-4s %-16s %12.6g", r->task, r->version, m->name, m->value);
        if (isfinite(m->error)) printf(" ± %.4g", m->error);
        printf("  (n = %zu)\n", m->n);
    }
}

/* Splits o.tasks at commas; a name that is no task, or one task twice, ends the program before anything runs. */
static int split_tasks(char *text, const char **names)
{
    int n = 0;
    for (char *rest = text, *name; (name = strsep(&rest, ","));) {
        const struct bn_task *task = bn_task_find(name);
        if (!task) bn_cmd_fail(&cmd, 2, "Unknown task \"%s\" in --tasks; --list_tasks lists the tasks.", name);
        for (int i = 0; i < n; i++)
            if (names[i] == task->name) bn_cmd_fail(&cmd, 2, "Task %s is in --tasks twice.", task->name);
        if (n == MAX_TASKS) bn_cmd_fail(&cmd, 2, "--tasks takes at most %d tasks.", MAX_TASKS);
        names[n++] = task->name;
    }
    return n;
}

/* Options that some tasks have a use for. */
static void check_tasks(const char *const *names, int n)
{
    bool perplexity = false, grouped = false;
    for (int i = 0; i < n; i++) {
        perplexity |= !strcmp(names[i], "perplexity");
        grouped |= bn_task_find(names[i])->grouped;
    }
    bn_cmd_needs(&cmd, "text_file", perplexity, "the task perplexity");
    bn_cmd_needs(&cmd, "rule", perplexity, "the task perplexity");
    bn_cmd_needs(&cmd, "limit_per_group", grouped, "a task of several subjects (mmlu)");
}

static int evaluate(void)
{
    const char *names[MAX_TASKS];
    static struct bn_eval_result results[MAX_TASKS];
    struct bn_error err = {0};
    if (!o.tasks) bn_cmd_fail(&cmd, 2, "--tasks is needed; --list_tasks lists the tasks.");
    char *text = strdup(o.tasks);
    int n = split_tasks(text, names);
    check_tasks(names, n);
    struct bn_model *model = open_model();
    const struct bn_model_info *info = bn_model_info(model);
    struct bn_output *items = NULL;
    bn_input_declare(o.eval.text_file);
    if (o.items && bn_output_open(&items, o.items, &err) != BN_OK)
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    o.eval.progress = show_progress;
    for (int i = 0; i < n; i++) {
        enum bn_status status = bn_eval_run(&results[i], model, names[i], &o.eval, &err);
        if (status != BN_OK) bn_cmd_fail(&cmd, status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
        bn_cmd_progress(NULL);
        if (!o.eval.n_ctx) warn_of_context(model, results[i].n_ctx); /* a task's own default */
        if (items) put_json(bn_output_stream(items), bn_eval_items_json(&results[i], info), o.items);
        if (!o.json) print_result(&results[i]);
    }
    if (bn_model_check(model, &err) != BN_OK || (items && bn_output_commit(items, &err) != BN_OK))
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (o.json) put_json(stdout, bn_eval_summary_json(results, n, info, o.eval.n_threads), "the result");
    for (int i = 0; i < n; i++) bn_eval_release(&results[i]);
    bn_model_close(model);
    free(text);
    return 0;
}

/* ---- stress ---- */
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

static void keep_engine_words(int argc, char **argv)
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

static int stress(void)
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

/* ---- divergence ---- */
static void show_windows(void *self, int layers, size_t done, size_t total)
{
    (void)self;
    bn_cmd_progress("%d layers %zu/%zu", layers, done, total);
}

static json_t *divergence_json(const struct bn_divergence *d)
{
    return json_pack("{s:i, s:f, s:f, s:f, s:f, s:f, s:I}", "layers", d->layers, "kl", d->kl, "kl_error", d->kl_error,
                     "same_top", d->same_top, "perplexity", d->perplexity, "reference_perplexity",
                     d->reference_perplexity, "n", (json_int_t)d->n);
}

static int diverge(void)
{
    if (!o.model_path || !o.against) bn_cmd_fail(&cmd, 2, "divergence needs --model and --against.");
    bn_model_close(open_model()); /* says what the options do to it */
    struct bn_divergence_options how = {.model_path = o.model_path,
                                        .reference_path = o.against,
                                        .text_file = o.eval.text_file,
                                        .model = o.model,
                                        .session = o.eval.session,
                                        .n_ctx = o.eval.n_ctx,
                                        .limit = o.eval.limit,
                                        .n_threads = o.eval.n_threads,
                                        .progress = show_windows};
    struct bn_divergence d;
    struct bn_error err;
    json_t *rows = json_array();
    for (int layers = 0, all = 1; layers < all; layers++) { /* 0: all of them */
        if (bn_divergence_run(&d, &how, layers, &err) != BN_OK)
            bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
        bn_cmd_progress(NULL);
        if (layers == 0 && o.lens) all = d.layers;
        json_array_append_new(rows, divergence_json(&d));
        if (!o.json)
            printf("after layer %-3d KL %.5f +- %.5f nats, same token %.2f %%, perplexity %.4f (reference %.4f), %zu "
                   "predictions\n",
                   d.layers, d.kl, d.kl_error, 100 * d.same_top, d.perplexity, d.reference_perplexity, d.n);
    }
    if (o.json)
        put_json(stdout, json_pack("{s:o}", "divergence", rows), "the result");
    else
        json_decref(rows);
    return 0;
}

/* What the options of the registry set. Tasks and tests score given text: nothing is generated. */
static void apply_options(void)
{
    struct bn_settings s = {.model = o.model};
    struct bn_error err = {0};
    if (bn_cmd_options_apply(&s, BN_TASK_SESSION, &err) != BN_OK)
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    o.model = s.model;
    o.eval.session = s.session;
}

int main(int argc, char **argv)
{
    struct bn_cmd all = cmd;
    all.options = bn_cmd_options_join(options);
    keep_engine_words(argc, argv);
    int rest = bn_cmd_parse(&all, argc, argv);
    bool is_stress = rest == 1 && !strcmp(argv[1], "stress");
    bool is_divergence = rest == 1 && !strcmp(argv[1], "divergence");
    if (rest && !is_stress && !is_divergence)
        bn_cmd_fail(&cmd, 2, "Unknown word \"%s\"; choose stress or divergence.", argv[1]);
    if (o.list_tasks) {
        list_tasks();
        return bn_cmd_finish(cmd.name, 0);
    }
    check_options(is_stress ? STRESS : is_divergence ? DIVERGENCE : TASKS);
    apply_options();
    return bn_cmd_finish(cmd.name, is_stress ? stress() : is_divergence ? diverge() : evaluate());
}
