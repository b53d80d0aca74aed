/* parity.c - computes a text in one way after another and compares the hashes of the logits. */
#include "suites/stress/parity.h"
#include "suites/fail.h"
#include "suites/stress/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum bn_status bn_ways_compare(struct bn_stress_result *result, const struct bn_hasher *hasher,
                               const struct bn_way *ways, int n, const char *what, struct bn_error *err)
{
    uint64_t first = 0, hash;
    int n_different = 0;
    char different[160] = "";
    for (int i = 0; i < n; i++) {
        enum bn_status status = hasher->hash(hasher->self, &ways[i], &hash, err);
        if (status != BN_OK) return status;
        if (i == 0) first = hash;
        if (hash == first) continue;
        size_t used = strlen(different);
        if (n_different++ < 3) snprintf(different + used, sizeof different - used, " [%s]", ways[i].name);
    }
    result->value = n_different;
    result->threshold = 0;
    result->unit = "different ways";
    result->verdict = n_different ? BN_FAIL : BN_PASS;
    if (n_different)
        snprintf(result->reason, sizeof result->reason, "%d of %d %s differ from [%s]:%s", n_different, n, what,
                 ways[0].name, different);
    else
        snprintf(result->reason, sizeof result->reason, "%d %s gave the same logits, hash %016" PRIx64, n, what, first);
    return BN_OK;
}

/* ---- hashes of the engine ---- */
struct rows {
    uint64_t hash;
    int n_vocab;
};

static void hash_row(void *self, size_t pos, const float *logits)
{
    struct rows *rows = self;
    const unsigned char *bytes = (const unsigned char *)logits;
    (void)pos;
    for (size_t i = 0; i < (size_t)rows->n_vocab * sizeof *logits; i++)
        rows->hash = (rows->hash ^ bytes[i]) * 0x100000001B3u;
}

static enum bn_status compute(struct bn_session *session, const struct bn_way *way, const int32_t *ids, size_t n,
                              struct rows *rows, struct bn_error *err)
{
    size_t n_prefill = n - (size_t)way->n_decode, piece = way->n_split ? (size_t)way->n_split : n_prefill;
    enum bn_status status = BN_OK;
    for (size_t done = 0, m; done < n_prefill && status == BN_OK; done += m) {
        m = n_prefill - done < piece ? n_prefill - done : piece;
        status = bn_prefill_logits(session, ids + done, m, 0, hash_row, rows, err);
    }
    for (size_t i = n_prefill; i < n && status == BN_OK; i++) {
        status = bn_decode(session, ids[i], err);
        if (status == BN_OK) hash_row(rows, i, bn_logits(session));
    }
    return status;
}

/* Leaves traces of other work in the session: the text backwards, then its first half, forgotten again. */
static enum bn_status use_before(struct bn_session *session, const int32_t *ids, size_t n, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = n; i > 0 && status == BN_OK; i -= i > 7 ? 7 : i) status = bn_decode(session, ids[i - 1], err);
    if (status == BN_OK) bn_session_truncate(session, 1);
    if (status == BN_OK) status = bn_prefill(session, ids, n / 2, err);
    bn_session_truncate(session, 0);
    return status;
}

static enum bn_status open_model(struct bn_engine_hasher *engine, const struct bn_way *way, struct bn_error *err)
{
    const char *path = way->model_path ? way->model_path : engine->options->model_path;
    const char *backend = way->kernel_backend ? way->kernel_backend : engine->options->model.kernel_backend;
    if (engine->model && !strcmp(path, engine->open_path) && !strcmp(backend ? backend : "", engine->open_backend))
        return BN_OK;
    bn_engine_hasher_release(engine);
    struct bn_model_options options = engine->options->model;
    options.kernel_backend = backend;
    snprintf(engine->open_path, sizeof engine->open_path, "%s", path);
    snprintf(engine->open_backend, sizeof engine->open_backend, "%s", backend ? backend : "");
    return bn_model_open(&engine->model, path, &options, err);
}

static enum bn_status hash(void *self, const struct bn_way *way, uint64_t *hash, struct bn_error *err)
{
    struct bn_engine_hasher *engine = self;
    enum bn_status status = open_model(engine, way, err);
    int32_t *ids = NULL;
    struct bn_session *session = NULL;
    struct rows rows = {0xCBF29CE484222325u, 0};
    struct bn_session_options options = engine->options->session;
    options.n_ctx = (int)engine->n_tokens + 8, options.n_threads = way->n_threads;
    if (way->n_batch) options.n_batch = way->n_batch;
    if (status == BN_OK) status = bn_stress_ids(&ids, engine->model, 2, true, engine->n_tokens, err);
    if (status == BN_OK) status = bn_session_open(&session, engine->model, &options, err);
    if (status == BN_OK && way->reused) status = use_before(session, ids, engine->n_tokens, err);
    if (status == BN_OK) {
        rows.n_vocab = bn_model_info(engine->model)->n_vocab;
        status = compute(session, way, ids, engine->n_tokens, &rows, err);
    }
    *hash = rows.hash;
    struct bn_error changed; /* explains better than what was computed */
    if (engine->model && bn_model_check(engine->model, &changed) != BN_OK) *err = changed, status = changed.status;
    if (session) bn_session_close(session);
    free(ids);
    return status;
}

void bn_engine_hasher_init(struct bn_engine_hasher *engine, const struct bn_stress_options *options, size_t n_tokens)
{
    *engine = (struct bn_engine_hasher){.hasher = {engine, hash}, .options = options, .n_tokens = n_tokens};
}

void bn_engine_hasher_release(struct bn_engine_hasher *engine)
{
    if (engine->model) bn_model_close(engine->model);
    engine->model = NULL;
}
