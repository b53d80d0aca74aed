/* eval.c - runs one task: read its items, score each, state its metrics. */
#include "suites/eval/journal.h"
#include "suites/eval/metrics.h"
#include "suites/eval/score.h"
#include "suites/eval/score_items.h"
#include "suites/fail.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct owned {            /* what a result points into */
    struct bn_task *task; /* of a file */
    struct bn_items items;
};

/* ---- scoring ---- */
static enum bn_status size_result(struct bn_eval_result *result, const struct bn_items *items, struct bn_error *err)
{
    result->items = calloc(items->n, sizeof *result->items);
    if (!result->items) return bn_suites_fail_memory(err);
    result->n_items = items->n;
    for (size_t i = 0; i < items->n; i++) {
        const struct bn_item *item = &items->list[i];
        struct bn_eval_item *r = &result->items[i];
        *r = (struct bn_eval_item){.id = item->id,
                                   .numeric_id = item->numeric_id,
                                   .gold = item->gold,
                                   .n_choices = item->n_choices,
                                   .labels = item->labels};
        r->ll = calloc((size_t)item->n_choices, sizeof *r->ll);
        r->tokens = calloc((size_t)item->n_choices, sizeof *r->tokens);
        if (!r->ll || !r->tokens) return bn_suites_fail_memory(err);
    }
    return BN_OK;
}

struct told { /* windows done, told as items done */
    struct bn_since since;
    const struct bn_eval_options *options;
    const char *task;
};
static void tell(void *self, size_t done, size_t total)
{
    const struct told *t = self;
    if (t->options->progress)
        t->options->progress(t->options->progress_self, t->task, done, total,
                             bn_left_s(&t->since, (double)done, (double)total));
}

static enum bn_status score_text(struct bn_nll *nll, const struct bn_task *task, const char *text,
                                 const struct bn_eval_options *options, const struct bn_provider *provider,
                                 struct bn_error *err)
{
    struct told told = {bn_since_now(), options, task->name};
    bool halves = task->score == BN_SCORE_HALVES && !(options->rule && !strcmp(options->rule, "lm-eval"));
    return halves                          ? bn_score_halves(nll, provider, text, tell, &told, err)
           : task->score == BN_SCORE_STORY ? bn_score_story(nll, provider, text, err)
                                           : bn_score_rolling(nll, provider, text, err);
}

static enum bn_status score_texts(struct bn_eval_result *result, const struct bn_items *items,
                                  const struct bn_task *task, const struct bn_eval_options *options,
                                  const struct bn_provider *provider, struct bn_nll *all, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    const struct bn_since since = bn_since_now();
    for (size_t i = 0; i < items->n && status == BN_OK; i++) {
        struct bn_eval_item *r = &result->items[i];
        struct bn_nll nll = {0};
        bool known = bn_journal_find(options->journal, task, &items->list[i], r);
        if (!known) status = score_text(&nll, task, items->list[i].choices[0], options, provider, err);
        if (!known) *r->ll = -nll.sum, *r->tokens = (int)nll.n, r->squares = nll.sum_squares;
        if (!known && status == BN_OK) status = bn_journal_add(options->journal, task, &items->list[i], r, err);
        all->sum -= *r->ll, all->sum_squares += r->squares, all->n += (size_t)*r->tokens;
        result->n_tokens += (size_t)*r->tokens, result->n_resumed += known;
        if (options->progress && task->score != BN_SCORE_HALVES)
            options->progress(options->progress_self, task->name, i + 1, items->n,
                              bn_left_s(&since, (double)i + 1, (double)items->n));
    }
    return status;
}

/* ---- metrics of texts ---- */
static void add_metric(struct bn_eval_result *r, const char *name, double value, double error, size_t n)
{
    bn_metric_add(r, name, (struct bn_mean){value, error, n});
}

enum unit { WORDS, BYTES };

/* Nats per unit over all texts, a ratio of two sums over texts. Its standard error by the delta method, texts drawn
 * independently: sqrt(k / (k - 1) * sum (nats_i - ratio * units_i)^2) / sum units_i over k texts; NAN of one text. */
static struct bn_mean nats_per(enum unit unit, const struct bn_eval_result *r, const struct bn_items *items)
{
    double nats = 0, units = 0, squares = 0, k = (double)items->n;
    for (size_t i = 0; i < items->n; i++) {
        nats -= r->items[i].ll[0];
        units += (double)(unit == WORDS ? items->list[i].n_words : items->list[i].n_bytes);
    }
    for (size_t i = 0; i < items->n; i++) {
        double n = (double)(unit == WORDS ? items->list[i].n_words : items->list[i].n_bytes);
        double rest = -r->items[i].ll[0] - nats / units * n;
        squares += rest * rest;
    }
    return (struct bn_mean){nats / units, k > 1 ? sqrt(k / (k - 1) * squares) / units : NAN, (size_t)units};
}

static void text_metrics(struct bn_eval_result *result, const struct bn_task *task, const struct bn_items *items,
                         const struct bn_nll *nll)
{
    double n = (double)nll->n, mean = nll->sum / n;
    double error = nll->n > 1 ? sqrt((nll->sum_squares / n - mean * mean) / (n - 1)) : NAN;
    if (task->score == BN_SCORE_STORY) add_metric(result, "nll_per_token", mean, error, nll->n);
    if (task->score == BN_SCORE_HALVES)
        add_metric(result, strcmp(result->rule, "lm-eval") ? "ppl@llama.cpp" : "ppl@lm-eval", exp(mean),
                   exp(mean) * error, nll->n);
    if (strcmp(result->rule, "lm-eval") || task->score == BN_SCORE_STORY) return;
    const struct bn_mean word = nats_per(WORDS, result, items), byte = nats_per(BYTES, result, items);
    add_metric(result, "word_perplexity", exp(word.value), exp(word.value) * word.error, word.n);
    add_metric(result, "byte_perplexity", exp(byte.value), exp(byte.value) * byte.error, byte.n);
    add_metric(result, "bits_per_byte", byte.value / log(2), byte.error / log(2), byte.n);
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
    bool texts = bn_score_is_of_texts(task->score);
    enum bn_status status = size_result(result, &owned->items, err);
    if (status == BN_OK)
        status = texts ? score_texts(result, &owned->items, task, options, provider, &nll, err)
                       : bn_score_items(result, &owned->items, task, options, provider, err);
    if (status != BN_OK) return status;
    if (!texts) {
        status = bn_choice_metrics(result, task, &owned->items, err);
        return status == BN_OK ? check_metrics(result, task, err) : status;
    }
    if (!nll.n) return bn_suites_fail(err, BN_ERR_USAGE, "Task %s found no token to score in its text.", task->name);
    text_metrics(result, task, &owned->items, &nll);
    return check_metrics(result, task, err);
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
    const struct bn_since start = bn_since_now();
    *result = (struct bn_eval_result){
        .task = task->name, .version = task->version, .of_one = bn_score_is_of_one(task->score), .owner = owned};
    result->options = *o;
    result->drawn_shots = o->drawn_shots && o->n_shots && task->sampler == BN_SAMPLER_DRAWN;
    result->chat_template = o->chat && !bn_score_is_of_texts(task->score) ? bn_chat_name(model) : NULL;
    result->rule = task->score == BN_SCORE_HALVES && o->rule ? o->rule
                   : task->score == BN_SCORE_HALVES          ? "llama.cpp"
                                                             : "lm-eval";
    result->kv_type = o->session.kv_type ? o->session.kv_type : "f32";
    int n_ctx = o->n_ctx ? o->n_ctx : task->score == BN_SCORE_HALVES ? 512 : 0;
    status = bn_task_chosen_items(&owned->items, task, o, model, err);
    result->n_documents = owned->items.n_documents;
    const struct bn_session_options session = bn_eval_session(&o->session, n_ctx, o->n_threads);
    if (status == BN_OK) status = bn_engine_provider_init(&engine, model, &session, o->n_together, o->alone, err);
    if (status == BN_OK) {
        result->n_ctx = engine.provider.max_tokens;
        engine.special = result->chat_template != NULL;
        status = score_all(result, owned, task, o, &engine.provider, err);
    }
    bn_engine_provider_release(&engine);
    result->seconds = bn_since_s(&start);
    if (status != BN_OK) bn_eval_release(result);
    return status;
}

void bn_eval_release(struct bn_eval_result *result)
{
    struct owned *owned = result->owner;
    free(result->groups);
    free(result->categories);
    for (size_t i = 0; i < result->n_items; i++) bn_eval_item_release(&result->items[i]);
    free(result->items);
    if (owned) {
        bn_items_release(&owned->items);
        bn_task_free(owned->task);
        free(owned);
    }
    *result = (struct bn_eval_result){0};
}
