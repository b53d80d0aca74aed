/* tasks.c - bitnet-eval --tasks: scores a model on tasks, or shows their prompts. */
#include "engine/files.h"
#include "suites/cmd/bitnet_eval/eval.h"
#include "suites/eval/journal.h"
#include "suites/eval/task.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void show_progress(void *self, const char *task, size_t done, size_t total, double left_s)
{
    int left = isfinite(left_s) && left_s < 1e8 ? (int)ceil(left_s) : 0;
    (void)self;
    if (isfinite(left_s) && done < total)
        bn_cmd_progress("%s %zu/%zu, %d:%02d:%02d left", task, done, total, left / 3600, left / 60 % 60, left % 60);
    else
        bn_cmd_progress("%s %zu/%zu", task, done, total);
}

static void print_metric(const char *task, const char *version, const char *metric, double value, double error,
                         size_t n)
{
    printf("%-22s %-5s %-16s %12.6g", task, version, metric, value);
    if (isfinite(error)) printf(" ± %.4g", error);
    printf("  (n = %zu)\n", n);
}

static void print_result(const struct bn_eval_result *r)
{
    char version[24], name[96];
    snprintf(version, sizeof version, "v%s", r->version);
    for (int i = 0; i < r->n_metrics; i++) {
        const struct bn_eval_metric *m = &r->metrics[i];
        print_metric(r->task, version, m->name, m->value, m->error, m->n);
    }
    for (size_t i = 0; i < r->n_categories; i++) {
        const struct bn_eval_group *c = &r->categories[i];
        snprintf(name, sizeof name, " %s_%s", r->task, c->name);
        print_metric(name, "", "acc", c->acc, c->error, c->n);
    }
    if (o.eval.n_samples)
        printf("%-22s %d of %zu documents, drawn with seed %" PRIu64 "\n", r->task, o.eval.n_samples, r->n_documents,
               o.eval.seed);
    if (r->drawn_shots)
        printf("%-22s %d examples before each question, drawn with seed %" PRIu64 "\n", r->task, o.eval.n_shots,
               o.eval.seed);
}

/* Leaves the metric that --metric names; what tasks measure together has all of theirs. */
static void keep_metric(struct bn_eval_result *r, const struct bn_task *task)
{
    int kept = 0;
    if (!o.metric || (task->measures && !strcmp(o.metric, task->measures))) return;
    for (int i = 0; i < r->n_metrics; i++)
        if (!strcmp(r->metrics[i].name, o.metric)) r->metrics[kept++] = r->metrics[i];
    r->n_metrics = kept;
    if (strcmp(o.metric, "acc") != 0) r->n_categories = r->n_groups = 0;
}

/* Options that some tasks have a use for. */
static void check_tasks(const struct chosen *chosen, int n)
{
    bool perplexity = false, given = false, grouped = false, questions = false;
    for (int i = 0; i < n; i++) {
        perplexity |= chosen[i].task->score == BN_SCORE_HALVES;
        given |= !strcmp(chosen[i].task->layouts[0].files[0], BN_TEXT_FILE);
        grouped |= chosen[i].task->grouped;
        questions |= !bn_score_is_of_texts(chosen[i].task->score);
    }
    const char *const asks[] = {"apply_chat_template", "system_instruction"};
    for (size_t i = 0; i < 2; i++) bn_cmd_needs(&cmd, asks[i], questions, "a task of questions");
    bn_cmd_needs(&cmd, "fewshot_as_multiturn", o.eval.chat && o.eval.n_shots,
                 "--apply_chat_template and --num_fewshot");
    bn_cmd_needs(&cmd, "chat_template", o.eval.chat, "--apply_chat_template");
    o.eval.single_turn = !o.multiturn;
    bn_cmd_needs(&cmd, "text_file", given, "the task perplexity");
    bn_cmd_needs(&cmd, "rule", perplexity, "the task perplexity");
    bn_cmd_needs(&cmd, "limit_per_group", grouped, "a task of several subjects (mmlu)");
}

/* The first items as the model gets them, an object a line; needs no model. */
static int show_prompts(const struct chosen *chosen, int n)
{
    struct bn_error err = {0};
    o.model.vocab_only = true;
    struct bn_model *model = o.eval.chat ? open_model() : NULL;
    for (int t = 0; t < n; t++) {
        struct bn_items items = {0};
        bool close = o.eval.chat && bn_score_is_of_choices(chosen[t].task->score);
        o.eval.n_samples = chosen[t].n_samples;
        if (bn_task_chosen_items(&items, chosen[t].task, &o.eval, model, &err) != BN_OK)
            bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
        for (size_t i = 0; i < items.n && i < (size_t)o.show_prompts; i++)
            put_json(stdout, bn_eval_prompt_json(chosen[t].task->name, &items.list[i], close), "the prompts");
        bn_items_release(&items);
    }
    if (model) bn_model_close(model);
    return 0;
}

/* Tokens that did not fit are no error, as in lm-eval, but a score of cut inputs is another. */
static void warn_of_cuts(const struct bn_eval_result *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_items; i++) n += r->items[i].cut > 0;
    if (n)
        fprintf(stderr, "bitnet-eval: %zu of %zu inputs of task %s were cut on the left to %d tokens.\n", n, r->n_items,
                r->task, r->n_ctx);
}

static int score(const struct chosen *chosen, int n)
{
    static struct bn_eval_result results[MAX_TASKS];
    struct bn_error err = {0};
    for (int i = 0; i < n; i++)
        if (bn_task_check_data(chosen[i].task, &o.eval, &err) != BN_OK) /* BN_ERR_IO: the set is not there */
            bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : err.status == BN_ERR_IO ? 77 : 1, "%s", err.text);
    struct bn_model *model = open_model();
    const struct bn_model_info *info = bn_model_info(model);
    struct bn_output *items = NULL;
    bn_input_declare(o.eval.text_file);
    if (o.items && bn_output_open(&items, o.items, &err) != BN_OK)
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (items && !bn_output_is_through(items)) o.eval.journal = open_journal(model);
    o.eval.progress = show_progress;
    for (int i = 0; i < n; i++) {
        o.eval.n_samples = chosen[i].n_samples;
        enum bn_status status = bn_eval_run(&results[i], model, chosen[i].name, &o.eval, &err);
        if (status != BN_OK) bn_cmd_fail(&cmd, status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
        bn_cmd_progress(NULL);
        keep_metric(&results[i], chosen[i].task);
        if (!o.eval.n_ctx) warn_of_context(model, results[i].n_ctx); /* a task's own default */
        if (items) put_json(bn_output_stream(items), bn_eval_items_json(&results[i], info), o.items);
        warn_of_cuts(&results[i]);
        if (!o.json) print_result(&results[i]);
    }
    if (bn_model_check(model, &err) != BN_OK || (items && bn_output_commit(items, &err) != BN_OK))
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    bn_journal_close(o.eval.journal, true);
    if (o.json) put_json(stdout, bn_eval_summary_json(results, n, info, o.eval.n_threads), "the result");
    for (int i = 0; i < n; i++) bn_eval_release(&results[i]);
    bn_model_close(model);
    return 0;
}

/* What acts on scores alone. */
static void check_shown(void)
{
    static const char *const acts[] = {"items", "alone", "batch_size", "token_ids"};
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        bn_cmd_needs(&cmd, acts[i], !o.show_prompts, "scores, which --show_prompts leaves out");
}

int evaluate(void)
{
    static struct chosen chosen[MAX_TASKS];
    int n = choose_tasks(chosen);
    check_tasks(chosen, n);
    check_shown();
    int code = o.show_prompts ? show_prompts(chosen, n) : score(chosen, n);
    for (int i = 0; i < n; i++) bn_task_free(chosen[i].own), free(chosen[i].path);
    return code;
}
