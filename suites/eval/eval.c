/* eval.c - runs one task: read its items, score each, state its metrics. */
#include "suites/eval/metrics.h"
#include "suites/eval/score.h"
#include "suites/fail.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct owned {            /* what a result points into */
    struct bn_task *task; /* of a file */
    struct bn_items items;
    double *ll;
    int *tokens;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- which items ---- */
static bool listed(const char *list, const char *id)
{
    size_t n = strlen(id);
    for (const char *p = list; p; p = strchr(p, ',')) {
        if (*p == ',') p++;
        if (!strncmp(p, id, n) && (p[n] == ',' || !p[n])) return true;
    }
    return false;
}

static void drop(struct bn_items *items, size_t i)
{
    struct bn_items one = {malloc(sizeof *one.list), 1, 1};
    if (one.list) one.list[0] = items->list[i], bn_items_release(&one);
}

static void select_items(struct bn_items *items, const struct bn_eval_options *o)
{
    size_t kept = 0, in_group = 0;
    const char *group = NULL;
    for (size_t i = 0; i < items->n; i++) {
        const struct bn_item *item = &items->list[i];
        bool same = group && item->group && !strcmp(group, item->group);
        in_group = same ? in_group + 1 : 0;
        bool keep = !(o->limit > 0 && kept >= (size_t)o->limit) && !(o->ids && !listed(o->ids, item->id)) &&
                    !(o->limit_per_group > 0 && in_group >= (size_t)o->limit_per_group);
        if (keep) {
            group = item->group;
            items->list[kept++] = *item;
        } else {
            drop(items, i);
        }
    }
    items->n = kept;
}

/* ---- scoring ---- */
static enum bn_status size_result(struct bn_eval_result *result, struct owned *owned, struct bn_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < owned->items.n; i++) n += (size_t)owned->items.list[i].n_choices;
    owned->ll = calloc(n + 1, sizeof *owned->ll);
    owned->tokens = calloc(n + 1, sizeof *owned->tokens);
    result->items = calloc(owned->items.n, sizeof *result->items);
    if (!owned->ll || !owned->tokens || !result->items) return bn_suites_fail_memory(err);
    result->n_items = owned->items.n;
    n = 0;
    for (size_t i = 0; i < owned->items.n; i++) {
        const struct bn_item *item = &owned->items.list[i];
        result->items[i] = (struct bn_eval_item){item->id,      item->numeric_id,  item->gold,   item->n_choices,
                                                 owned->ll + n, owned->tokens + n, item->labels, 0};
        n += (size_t)item->n_choices;
    }
    return BN_OK;
}

static enum bn_status score_choices(struct bn_eval_result *result, struct owned *owned, size_t i, bool partial,
                                    const struct bn_provider *provider, struct bn_error *err)
{
    struct bn_eval_item *scored = &result->items[i];
    const struct bn_item *item = &owned->items.list[i];
    size_t at = (size_t)(scored->ll - owned->ll);
    for (int c = 0; c < item->n_choices; c++) {
        struct bn_choice_score score = {0};
        enum bn_status status = bn_score_choice(&score, provider, partial ? item->choices[c] : item->context,
                                                partial ? item->context : item->choices[c], err);
        if (status != BN_OK) return status;
        owned->ll[at + (size_t)c] = score.ll;
        owned->tokens[at + (size_t)c] = score.tokens;
        result->n_tokens += (size_t)score.tokens;
        if (score.cut > scored->cut) scored->cut = score.cut;
    }
    return BN_OK;
}

struct told { /* windows done, told as items done */
    const struct bn_eval_options *options;
    const char *task;
};
static void tell(void *self, size_t done, size_t total)
{
    const struct told *t = self;
    if (t->options->progress) t->options->progress(t->options->progress_self, t->task, done, total);
}

static enum bn_status score_text(struct bn_eval_result *result, struct owned *owned, size_t i,
                                 const struct bn_task *task, const struct bn_eval_options *options,
                                 const struct bn_provider *provider, struct bn_nll *all, struct bn_error *err)
{
    struct bn_nll nll = {0};
    struct told told = {options, task->name};
    const char *text = owned->items.list[i].choices[0];
    bool halves = task->score == BN_SCORE_HALVES && !(options->rule && !strcmp(options->rule, "lm-eval"));
    enum bn_status status = halves                          ? bn_score_halves(&nll, provider, text, tell, &told, err)
                            : task->score == BN_SCORE_STORY ? bn_score_story(&nll, provider, text, err)
                                                            : bn_score_rolling(&nll, provider, text, err);
    owned->ll[i] = -nll.sum;
    owned->tokens[i] = (int)nll.n;
    result->n_tokens += nll.n;
    all->sum += nll.sum;
    all->sum_squares += nll.sum_squares;
    all->n += nll.n;
    return status;
}

/* ---- metrics of texts ---- */
static void add_metric(struct bn_eval_result *r, const char *name, double value, double error, size_t n)
{
    r->metrics[r->n_metrics++] = (struct bn_eval_metric){name, value, error, n};
}

static void text_metrics(struct bn_eval_result *result, const struct bn_task *task, const struct bn_items *items,
                         const struct bn_nll *nll)
{
    double n = (double)nll->n, mean = nll->sum / n, words = 0, bytes = 0;
    double error = nll->n > 1 ? sqrt((nll->sum_squares / n - mean * mean) / (n - 1)) : NAN;
    for (size_t i = 0; i < items->n; i++) {
        words += (double)items->list[i].n_words;
        bytes += (double)items->list[i].n_bytes;
    }
    if (task->score == BN_SCORE_STORY) add_metric(result, "nll_per_token", mean, error, nll->n);
    if (task->score == BN_SCORE_HALVES)
        add_metric(result, strcmp(result->rule, "lm-eval") ? "ppl@llama.cpp" : "ppl@lm-eval", exp(mean),
                   exp(mean) * error, nll->n);
    if (strcmp(result->rule, "lm-eval") || task->score == BN_SCORE_STORY) return;
    add_metric(result, "word_perplexity", exp(nll->sum / words), NAN, (size_t)words);
    add_metric(result, "byte_perplexity", exp(nll->sum / bytes), NAN, (size_t)bytes);
    add_metric(result, "bits_per_byte", nll->sum / bytes / log(2), NAN, (size_t)bytes);
}

/* Perplexities overflow where a model is sure of the wrong tokens: that is no result. */
static enum bn_status check_metrics(const struct bn_eval_result *result, const struct bn_task *task,
                                    struct bn_error *err)
{
    for (int i = 0; i < result->n_metrics; i++)
        if (!isfinite(result->metrics[i].value))
            return bn_suites_fail(err, BN_ERR_FORMAT,
                                  "Task %s: %s is not a finite number; the model's predictions are too far from the "
                                  "text to be measured.",
                                  task->name, result->metrics[i].name);
    return BN_OK;
}

/* ---- the run ---- */
static enum bn_status score_all(struct bn_eval_result *result, struct owned *owned, const struct bn_task *task,
                                const struct bn_eval_options *options, const struct bn_provider *provider,
                                struct bn_error *err)
{
    struct bn_nll nll = {0};
    bool choices = bn_score_is_of_choices(task->score);
    enum bn_status status = size_result(result, owned, err);
    for (size_t i = 0; i < owned->items.n && status == BN_OK; i++) {
        status = choices ? score_choices(result, owned, i, task->score == BN_SCORE_PARTIAL, provider, err)
                         : score_text(result, owned, i, task, options, provider, &nll, err);
        if (options->progress && task->score != BN_SCORE_HALVES)
            options->progress(options->progress_self, task->name, i + 1, owned->items.n);
    }
    if (status != BN_OK) return status;
    if (choices) {
        status = bn_choice_metrics(result, task, &owned->items, err);
        return status == BN_OK ? check_metrics(result, task, err) : status;
    }
    if (!nll.n) return bn_suites_fail(err, BN_ERR_USAGE, "Task %s found no token to score in its text.", task->name);
    text_metrics(result, task, &owned->items, &nll);
    return check_metrics(result, task, err);
}

/* The first of the listed ids that no item has; its length in *n. NULL: every id has an item. */
static const char *unknown_id(const struct bn_items *items, const char *list, size_t *n)
{
    for (const char *p = list; p; p = strchr(p, ',')) {
        size_t i = 0;
        if (*p == ',') p++;
        *n = strcspn(p, ",");
        while (i < items->n && (strncmp(items->list[i].id, p, *n) || items->list[i].id[*n])) i++;
        if (i == items->n) return p;
    }
    return NULL;
}

enum bn_status bn_task_chosen_items(struct bn_items *items, const struct bn_task *task,
                                    const struct bn_eval_options *options, struct bn_error *err)
{
    size_t n;
    enum bn_status status = bn_task_items(items, task, options, err);
    if (status != BN_OK) return status;
    const char *same = bn_items_same_id(items), *unknown = unknown_id(items, options->ids, &n);
    if (same)
        return bn_suites_fail(err, BN_ERR_FORMAT, "Two items of task %s have the id \"%.100s\".", task->name, same);
    if (unknown)
        return bn_suites_fail(err, BN_ERR_USAGE, "Task %s has no item with the id \"%.*s\"; check --ids.", task->name,
                              (int)(n < 100 ? n : 100), unknown);
    if (!bn_items_gather(items)) return bn_suites_fail_memory(err);
    select_items(items, options);
    if (!items->n)
        return bn_suites_fail(err, BN_ERR_USAGE, "Task %s has no item to score; check its data.", task->name);
    return BN_OK;
}

enum bn_status bn_eval_run(struct bn_eval_result *result, const struct bn_model *model, const char *name,
                           const struct bn_eval_options *options, struct bn_error *err)
{
    static const struct bn_eval_options none = {0};
    const struct bn_eval_options *o = options ? options : &none;
    const struct bn_task *task;
    *result = (struct bn_eval_result){0};
    if (o->rule && strcmp(o->rule, "llama.cpp") && strcmp(o->rule, "lm-eval"))
        return bn_suites_fail(err, BN_ERR_USAGE, "Unknown rule \"%s\" of perplexity; choose llama.cpp or lm-eval.",
                              o->rule);
    struct owned *owned = calloc(1, sizeof *owned);
    if (!owned) return bn_suites_fail_memory(err);
    enum bn_status status = bn_task_open(&task, &owned->task, name, err);
    if (status != BN_OK) return free(owned), status;
    struct bn_engine_provider engine = {0};
    double start = now_s();
    *result = (struct bn_eval_result){.task = task->name, .version = task->version, .owner = owned};
    result->rule = task->score == BN_SCORE_HALVES && o->rule ? o->rule
                   : task->score == BN_SCORE_HALVES          ? "llama.cpp"
                                                             : "lm-eval";
    result->kv_type = o->session.kv_type ? o->session.kv_type : "f32";
    int n_ctx = o->n_ctx ? o->n_ctx : task->score == BN_SCORE_HALVES ? 512 : 0;
    status = bn_task_chosen_items(&owned->items, task, o, err);
    const struct bn_session_options session = bn_eval_session(&o->session, n_ctx, o->n_threads);
    if (status == BN_OK) status = bn_engine_provider_init(&engine, model, &session, !o->alone, err);
    if (status == BN_OK) {
        result->n_ctx = engine.provider.max_tokens;
        status = score_all(result, owned, task, o, &engine.provider, err);
    }
    bn_engine_provider_release(&engine);
    result->seconds = now_s() - start;
    if (status != BN_OK) bn_eval_release(result);
    return status;
}

void bn_eval_release(struct bn_eval_result *result)
{
    struct owned *owned = result->owner;
    free(result->groups);
    free(result->items);
    if (owned) {
        bn_items_release(&owned->items);
        bn_task_free(owned->task);
        free(owned->ll);
        free(owned->tokens);
        free(owned);
    }
    *result = (struct bn_eval_result){0};
}
