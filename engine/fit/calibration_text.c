/* calibration_text.c - text cut into windows, some of them drawn by a seed, each computed in a context of its own. */
#include "engine/fit/calibration_text.h"
#include "engine/core/status.h"
#include "engine/model/session.h"
#include <stdlib.h>
#include <string.h>

struct bn_calibration_text {
    struct bn_session *session;
    int32_t *ids;    /* of the whole text */
    size_t *windows; /* [n_windows] where each begins in ids */
    int32_t *window; /* [window_tokens] the one at hand */
    int n_windows, window_tokens;
    int n_bos; /* 0 or 1 */
};

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* Selection sampling: n_windows of `available`, in the order of the text. */
static void draw(struct bn_calibration_text *t, size_t available, size_t step, uint64_t seed)
{
    size_t chosen = 0, n = (size_t)t->n_windows;
    for (size_t i = 0; chosen < n; i++)
        if (random_next(&seed) % (available - i) < n - chosen) t->windows[chosen++] = i * step;
}

static enum bn_status cut(struct bn_calibration_text *t, size_t n_ids, uint64_t seed, struct bn_error *err)
{
    size_t step = (size_t)(t->window_tokens - t->n_bos), available = n_ids / step;
    if (available < (size_t)t->n_windows)
        return bn_fail(err, BN_ERR_USAGE,
                       "The calibration text has %zu tokens, which fill %zu windows of %d tokens; %d are wanted: use a "
                       "longer text, or fewer or shorter windows.",
                       n_ids, available, t->window_tokens, t->n_windows);
    t->windows = malloc((size_t)t->n_windows * sizeof *t->windows);
    t->window = malloc((size_t)t->window_tokens * sizeof *t->window);
    if (!t->windows || !t->window) return bn_fail_memory(err, "the windows", (size_t)t->n_windows * sizeof *t->windows);
    draw(t, available, step, seed);
    return BN_OK;
}

static enum bn_status tokenize(struct bn_calibration_text *t, const struct bn_model *model, const char *bytes, size_t n,
                               size_t *n_ids, struct bn_error *err)
{
    enum bn_status status = bn_tokenize(model, bytes, n, 0, NULL, 0, n_ids, err);
    if (status != BN_OK) return status;
    t->ids = malloc((*n_ids + 1) * sizeof *t->ids);
    if (!t->ids) return bn_fail_memory(err, "the calibration text", (*n_ids + 1) * sizeof *t->ids);
    return bn_tokenize(model, bytes, n, 0, t->ids, *n_ids, n_ids, err);
}

/* The double precision pass shows no inputs, and the generic backend's linears overwrite them. */
static bool shows_inputs(const struct bn_model *model)
{
    const char *layout = bn_model_info(model)->ternary_layout;
    return !model->reference64 && !(layout && !strcmp(layout, "f32"));
}

static enum bn_status open_text(struct bn_calibration_text *t, const struct bn_model *model, const char *bytes,
                                size_t n, const struct bn_calibration_options *o, struct bn_error *err)
{
    int n_ctx = bn_model_info(model)->n_ctx_train;
    if (!shows_inputs(model))
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "Calibration needs kernels for ternary weights; leave kernel_backend at auto.");
    t->n_windows = o->n_windows ? o->n_windows : 128;
    t->window_tokens = o->window_tokens ? o->window_tokens : 128;
    t->n_bos = bn_token_bos(model) >= 0;
    if (t->n_windows < 1 || t->window_tokens < 2 || t->window_tokens > n_ctx)
        return bn_fail(err, BN_ERR_USAGE,
                       "Calibration takes at least 1 window of 2 to %d tokens (the model's context), not %d of %d.",
                       n_ctx, t->n_windows, t->window_tokens);
    size_t n_ids;
    enum bn_status status = tokenize(t, model, bytes, n, &n_ids, err);
    if (status == BN_OK) status = cut(t, n_ids, o->seed, err);
    /* f32 keys and values: a pass is never repeated with a wider type, which would show its inputs twice */
    struct bn_session_options session = o->session;
    session.n_ctx = t->window_tokens, session.n_threads = o->n_threads, session.kv_type = "f32";
    return status == BN_OK ? bn_session_open(&t->session, model, &session, err) : status;
}

enum bn_status bn_calibration_text_open(struct bn_calibration_text **out, const struct bn_model *model,
                                        const char *bytes, size_t n, const struct bn_calibration_options *options,
                                        struct bn_error *err)
{
    struct bn_calibration_text *t = calloc(1, sizeof *t);
    if (!t) return bn_fail_memory(err, "the calibration text", sizeof *t);
    enum bn_status status = open_text(t, model, bytes, n, options, err);
    if (status == BN_OK)
        *out = t;
    else
        bn_calibration_text_close(t);
    return status;
}

void bn_calibration_text_close(struct bn_calibration_text *t)
{
    if (!t) return;
    bn_session_close(t->session);
    free(t->ids);
    free(t->windows);
    free(t->window);
    free(t);
}

int bn_calibration_text_windows(const struct bn_calibration_text *t) { return t->n_windows; }

enum bn_status bn_calibration_run(struct bn_calibration_text *t, struct bn_input_probe probe, int first, int count,
                                  struct bn_error *err)
{
    enum bn_status status = BN_OK;
    size_t n = (size_t)(t->window_tokens - t->n_bos);
    t->session->crew->inputs = probe;
    for (int i = first; i < first + count && status == BN_OK; i++) {
        t->window[0] = bn_token_bos(bn_session_model(t->session));
        memcpy(t->window + t->n_bos, t->ids + t->windows[i], n * sizeof *t->ids);
        bn_session_truncate(t->session, 0);
        status = bn_prefill(t->session, t->window, (size_t)t->window_tokens, err);
    }
    t->session->crew->inputs = (struct bn_input_probe){0};
    return status;
}
