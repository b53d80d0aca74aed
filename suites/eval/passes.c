/* passes.c - computes many inputs in few passes: contexts of several items together, then their endings, and what they
 * all begin with once before. */
#include "suites/eval/provider.h"
#include "suites/fail.h"
#include <stdlib.h>
#include <string.h>

enum { LEAST_HELD = 16 }; /* tokens: the engine shares no shorter beginnings */

/* ---- sequences ---- */
/* Steps until n sequences have been computed to their ends. */
static enum bn_status run(struct bn_engine_provider *engine, size_t n, struct bn_error *err)
{
    int n_ready = 0;
    enum bn_status status = BN_OK;
    for (size_t done = 0; done < n && status == BN_OK; done += (size_t)n_ready)
        status = bn_batch_step(engine->batch, &n_ready, err);
    return status;
}

static void drop(struct bn_engine_provider *engine, int *sequence)
{
    if (*sequence >= 0) bn_batch_remove(engine->batch, *sequence);
    *sequence = -1;
}

static size_t common(const int32_t *a, size_t n_a, const int32_t *b, size_t n_b)
{
    size_t i = 0;
    while (i < n_a && i < n_b && a[i] == b[i]) i++;
    return i;
}

/* `sequence`, computed from ids[0..n), takes the place of the one that was held. */
static void hold(struct bn_engine_provider *engine, int *sequence, const int32_t *ids, size_t n)
{
    drop(engine, &engine->held);
    engine->held = *sequence;
    *sequence = -1;
    memcpy(engine->held_ids, ids, n * sizeof *ids);
    engine->n_held = n;
}

enum bn_status bn_passes_hold(struct bn_engine_provider *engine, const int32_t *ids, size_t n, struct bn_error *err)
{
    size_t has = engine->held >= 0 ? common(engine->held_ids, engine->n_held, ids, n) : 0;
    int stem = -1;
    if (!engine->shares || n < has + LEAST_HELD) return BN_OK;
    enum bn_status status = bn_batch_add(engine->batch, ids, n, &stem, err);
    if (status == BN_OK) status = run(engine, 1, err);
    if (status == BN_OK) hold(engine, &stem, ids, n);
    drop(engine, &stem);
    return status;
}

/* ---- a window: requests of n_together contexts at most ---- */
struct context { /* requests that begin with the same ids up to their first wanted logits */
    const struct bn_request *requests;
    size_t n;
    int sequence; /* -1: none */
};

static bool same_context(const struct bn_request *a, const struct bn_request *b)
{
    return a->first == b->first && !memcmp(a->ids, b->ids, (a->first + 1) * sizeof *a->ids);
}

static void tell_all(void *self, size_t pos, const float *logits)
{
    const struct context *c = self;
    for (size_t i = 0; i < c->n; i++) c->requests[i].each(c->requests[i].self, pos, logits);
}

/* What all contexts begin with. */
static size_t stem_of(const struct context *contexts, size_t n)
{
    const struct bn_request *first = contexts[0].requests;
    size_t stem = first->first;
    for (size_t i = 1; i < n; i++)
        stem = common(first->ids, stem, contexts[i].requests->ids, contexts[i].requests->first);
    return stem;
}

/* A context of one request is computed with its ending, another one to its first wanted logits. */
static enum bn_status score_contexts(struct bn_engine_provider *engine, struct context *contexts, size_t n,
                                     struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; i < n && status == BN_OK; i++) {
        struct context *c = &contexts[i];
        const struct bn_request *r = c->requests;
        const struct bn_batch_scores scores = {r->first, tell_all, c};
        status =
            bn_batch_add_scored(engine->batch, r->ids, c->n == 1 ? r->n : r->first + 1, &scores, &c->sequence, err);
    }
    return status == BN_OK ? run(engine, n, err) : status;
}

/* Up to n_together endings, from *at on, which moves behind them. */
static enum bn_status score_endings(struct bn_engine_provider *engine, const struct bn_request *requests, size_t n,
                                    size_t *at, int *sequences, struct bn_error *err)
{
    size_t k = 0;
    enum bn_status status = BN_OK;
    for (; *at < n && k < (size_t)engine->n_together && status == BN_OK; ++*at) {
        const struct bn_request *r = &requests[*at];
        const struct bn_batch_scores scores = {r->first + 1, r->each, r->self};
        bool only = (!*at || !same_context(r, r - 1)) && (*at + 1 == n || !same_context(r, r + 1));
        if (only || r->n == r->first + 1) continue; /* told with its context */
        status = bn_batch_add_scored(engine->batch, r->ids, r->n, &scores, &sequences[k++], err);
    }
    if (status == BN_OK) status = run(engine, k, err);
    for (size_t i = 0; i < k; i++) drop(engine, &sequences[i]);
    return status;
}

static enum bn_status score_window(struct bn_engine_provider *engine, struct context *contexts, size_t n_contexts,
                                   int *sequences, struct bn_error *err)
{
    const struct bn_request *first = contexts[0].requests;
    size_t n = (size_t)(contexts[n_contexts - 1].requests + contexts[n_contexts - 1].n - first), at = 0;
    enum bn_status status = BN_OK;
    if (n_contexts > 1) status = bn_passes_hold(engine, first->ids, stem_of(contexts, n_contexts), err);
    if (status == BN_OK) status = score_contexts(engine, contexts, n_contexts, err);
    while (status == BN_OK && engine->shares && at < n) status = score_endings(engine, first, n, &at, sequences, err);
    struct context *last = &contexts[n_contexts - 1];
    if (status == BN_OK && engine->shares)
        hold(engine, &last->sequence, last->requests->ids, last->requests->first + 1);
    for (size_t i = 0; i < n_contexts; i++) drop(engine, &contexts[i].sequence);
    return status;
}

/* Without sharing every request is a context of its own. */
static size_t next_window(const struct bn_engine_provider *engine, struct context *contexts,
                          const struct bn_request *requests, size_t n, size_t *at)
{
    size_t k = 0;
    for (; *at < n; ++*at) {
        const struct bn_request *r = &requests[*at];
        bool joins = k && engine->shares && same_context(contexts[k - 1].requests, r);
        if (!joins && k == (size_t)engine->n_together) break;
        if (joins)
            contexts[k - 1].n++;
        else
            contexts[k++] = (struct context){r, 1, -1};
    }
    return k;
}

enum bn_status bn_passes_forward(void *self, const struct bn_request *requests, size_t n, struct bn_error *err)
{
    struct bn_engine_provider *engine = self;
    struct context *contexts = calloc((size_t)engine->n_together, sizeof *contexts);
    int *sequences = calloc((size_t)engine->n_together, sizeof *sequences);
    enum bn_status status = contexts && sequences ? BN_OK : bn_suites_fail_memory(err);
    for (size_t i = 0; sequences && i < (size_t)engine->n_together; i++) sequences[i] = -1;
    for (size_t at = 0; at < n && status == BN_OK;) {
        size_t k = next_window(engine, contexts, requests, n, &at);
        status = score_window(engine, contexts, k, sequences, err);
    }
    free(contexts);
    free(sequences);
    return status;
}
