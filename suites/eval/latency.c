/* latency.c - times the continuation of one document after the other. */
#include "suites/eval/latency.h"
#include "suites/eval/metrics.h"
#include "suites/eval/provider.h"
#include "suites/eval/score_items.h"
#include "suites/fail.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const bn_time_names[BN_TIMES] = {"ttft", "itl", "tpot", "e2e"};
const double bn_latency_quantiles[BN_QUANTILES] = {0.5, 0.9, 0.95, 0.99};

/* ---- figures ---- */
size_t bn_latency_least(double q)
{
    double none = 1; /* of n values lies above */
    for (size_t n = 1;; n++) {
        double one = (double)n * (1 - q) * none; /* exactly one does */
        none *= q;
        if (none + one <= 0.01) return n;
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum bn_status bn_latency_sum(struct bn_latency_times *times, const double *ms, size_t n_documents, size_t per_document,
                              struct bn_error *err)
{
    size_t n = n_documents * per_document;
    double *means = calloc(n_documents + 1, sizeof *means), *sorted = calloc(n + 1, sizeof *sorted);
    if (!means || !sorted) return free(means), free(sorted), bn_suites_fail_memory(err);
    for (size_t d = 0; d < n_documents; d++) means[d] = bn_mean_of(ms + d * per_document, per_document).value;
    memcpy(sorted, ms, n * sizeof *ms);
    qsort(sorted, n, sizeof *sorted, by_value);
    struct bn_mean mean = bn_mean_of(means, n_documents);
    *times =
        (struct bn_latency_times){.n = n, .mean = mean.value, .error = mean.error, .most = n ? sorted[n - 1] : NAN};
    for (int i = 0; i < BN_QUANTILES; i++) {
        double q = bn_latency_quantiles[i];
        size_t rank = (size_t)ceil(q * (double)n); /* the least value that q of them do not exceed */
        times->quantile[i] = n >= bn_latency_least(q) ? sorted[rank - 1] : NAN;
    }
    free(means);
    free(sorted);
    return BN_OK;
}

/* ---- one document ---- */
struct timing {
    struct bn_latency *to;
    const struct bn_model *model;
    struct bn_session *session;
    double *gaps, *first, *per_token, *whole; /* ms, of each document; gaps [n_new - 1] of each */
    struct bn_error *err;
};

/* The prompt, cut so that the answer fits. */
static enum bn_status encode(const struct timing *t, const char *text, int32_t **ids, size_t *n, bool *cut)
{
    size_t n_bytes = strlen(text), cap = n_bytes + 8, room = (size_t)(t->to->n_ctx - t->to->n_new);
    *ids = malloc(cap * sizeof **ids);
    if (!*ids) return bn_suites_fail_memory(t->err);
    enum bn_status status = bn_tokenize(t->model, text, n_bytes, BN_TOKENIZE_BOS, *ids, cap, n, t->err);
    *cut = *n > room;
    if (*cut) *n = room;
    if (status == BN_OK && !*n) status = bn_suites_fail(t->err, BN_ERR_FORMAT, "A document of the workload is empty.");
    return status;
}

/* Fills at[n_new], seconds since the request, of each token. */
static enum bn_status generate(const struct timing *t, const struct bn_since *request, const int32_t *ids, size_t n,
                               double *at)
{
    struct bn_generator *generator;
    const struct bn_generator_options options = {.max_new_tokens = t->to->n_new, .ignore_eos = true};
    int done = 0;
    bn_session_truncate(t->session, 0);
    enum bn_status status = bn_generator_open(&generator, t->session, ids, n, &options, t->err);
    if (status != BN_OK) return status;
    while (done < t->to->n_new && status == BN_OK) {
        struct bn_generated out;
        status = bn_generator_next(generator, &out, t->err);
        double now = bn_since_s(request);
        for (size_t i = 0; status == BN_OK && i < out.n && done < t->to->n_new; i++) at[done++] = now;
        if (status == BN_OK && !out.n)
            status = bn_suites_fail(t->err, BN_ERR_UNSUPPORTED, "A document ended after %d tokens: %s.", done,
                                    bn_end_name(out.end));
    }
    bn_generator_close(generator);
    return status;
}

/* document SIZE_MAX: not counted. */
static enum bn_status time_document(const struct timing *t, const char *text, size_t document, double *at)
{
    const struct bn_since request = bn_since_now();
    int32_t *ids = NULL;
    size_t n = 0, n_new = (size_t)t->to->n_new;
    bool cut = false;
    enum bn_status status = encode(t, text, &ids, &n, &cut);
    if (status == BN_OK) status = generate(t, &request, ids, n, at);
    free(ids);
    if (status != BN_OK || document == SIZE_MAX) return status;
    t->to->n_prompt_tokens += n, t->to->n_cut += cut;
    t->first[document] = 1e3 * at[0], t->whole[document] = 1e3 * at[n_new - 1];
    t->per_token[document] = 1e3 * (at[n_new - 1] - at[0]) / (double)(n_new - 1);
    for (size_t i = 1; i < n_new; i++) t->gaps[document * (n_new - 1) + i - 1] = 1e3 * (at[i] - at[i - 1]);
    return BN_OK;
}

/* ---- all ---- */
static enum bn_status time_all(const struct timing *t, const struct bn_items *items,
                               const struct bn_eval_options *options, const char *name)
{
    const struct bn_since since = bn_since_now();
    double *at = calloc((size_t)t->to->n_new, sizeof *at);
    enum bn_status status =
        at ? time_document(t, items->list[0].choices[0], SIZE_MAX, at) : bn_suites_fail_memory(t->err);
    for (size_t i = 0; i < items->n && status == BN_OK; i++) {
        status = time_document(t, items->list[i].choices[0], i, at);
        if (options->progress)
            options->progress(options->progress_self, name, i + 1, items->n,
                              bn_left_s(&since, (double)i + 1, (double)items->n));
    }
    free(at);
    return status;
}

static enum bn_status sum_all(const struct timing *t, size_t n)
{
    const double *const ms[BN_TIMES] = {t->first, t->gaps, t->per_token, t->whole};
    enum bn_status status = BN_OK;
    for (int i = 0; i < BN_TIMES && status == BN_OK; i++)
        status = bn_latency_sum(&t->to->times[i], ms[i], n, i == BN_TIME_ITL ? (size_t)t->to->n_new - 1 : 1, t->err);
    return status;
}

static enum bn_status open_session(struct timing *t, const struct bn_eval_options *options)
{
    struct bn_session_options session = options->session; /* the engine's own cache: what is timed is what is used */
    t->to->kv_type = session.kv_type ? session.kv_type : "auto";
    if (session.kv_type && !strcmp(session.kv_type, "auto")) session.kv_type = NULL;
    session.n_ctx = options->n_ctx, session.n_threads = options->n_threads, session.warmup = true;
    enum bn_status status = bn_session_open(&t->session, t->model, &session, t->err);
    if (status != BN_OK) return status;
    t->to->n_ctx = bn_session_n_ctx(t->session), t->to->n_threads = bn_session_n_threads(t->session);
    if (t->to->n_ctx > t->to->n_new) return BN_OK;
    return bn_suites_fail(t->err, BN_ERR_USAGE, "A context of %d tokens has no room for %d new ones and a prompt.",
                          t->to->n_ctx, t->to->n_new);
}

enum bn_status bn_latency_run(struct bn_latency *latency, const struct bn_model *model, const struct bn_task *workload,
                              const struct bn_eval_options *options, int n_new, struct bn_error *err)
{
    struct timing t = {.to = latency, .model = model, .err = err};
    struct bn_items items = {0};
    const struct bn_since start = bn_since_now();
    *latency = (struct bn_latency){.n_new = n_new};
    enum bn_status status = bn_task_chosen_items(&items, workload, options, NULL, err);
    if (status == BN_OK) status = open_session(&t, options);
    size_t n = items.n + 1;
    t.gaps = calloc(n * (size_t)n_new, sizeof *t.gaps), t.first = calloc(n, sizeof *t.first);
    t.per_token = calloc(n, sizeof *t.per_token), t.whole = calloc(n, sizeof *t.whole);
    if (status == BN_OK && !(t.gaps && t.first && t.per_token && t.whole)) status = bn_suites_fail_memory(err);
    if (status == BN_OK) status = time_all(&t, &items, options, workload->name);
    if (status == BN_OK) status = sum_all(&t, items.n);
    latency->n = items.n, latency->n_documents = items.n_documents, latency->seconds = bn_since_s(&start);
    double *const all[] = {t.gaps, t.first, t.per_token, t.whole};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    if (t.session) bn_session_close(t.session);
    bn_items_release(&items);
    return status;
}
