/* provider.c - log-probabilities from a session of the engine, computing only what the last input did not hold. */
#include "suites/eval/provider.h"
#include "suites/fail.h"
#include <stdlib.h>
#include <string.h>

static enum bn_status encode(void *self, const char *text, bool bos, int32_t **ids, size_t *n, struct bn_error *err)
{
    const struct bn_engine_provider *engine = self;
    int flags = bos ? BN_TOKENIZE_BOS : 0;
    size_t n_bytes = strlen(text),
           cap = n_bytes + 8; /* a token has at least one byte, but for BOS and the SPM prefix */
    int32_t *buffer = malloc(cap * sizeof *buffer);
    if (!buffer) return bn_suites_fail_memory(err);
    enum bn_status status = bn_tokenize(engine->model, text, n_bytes, flags, buffer, cap, n, err);
    if (status == BN_OK && *n > cap)
        status = bn_suites_fail(err, BN_ERR_UNSUPPORTED, "The tokenizer gives more tokens than the text has bytes.");
    if (status != BN_OK)
        free(buffer);
    else
        *ids = buffer;
    return status;
}

static size_t shared(const struct bn_engine_provider *engine, const int32_t *ids, size_t n)
{
    size_t i = 0;
    while (engine->shares && i < n && i < engine->n_held && ids[i] == engine->held[i]) i++;
    return i;
}

struct shifted { /* positions of the new tokens, told as positions of the whole input */
    struct bn_engine_provider *engine;
    void (*each)(void *self, size_t pos, const float *logits);
    void *self;
    size_t offset, first; /* first: whose logits the next input may want again */
};

static void pass_on(void *self, size_t pos, const float *logits)
{
    struct shifted *s = self;
    if (pos + s->offset == s->first) {
        memcpy(s->engine->row, logits, (size_t)s->engine->provider.n_vocab * sizeof *logits);
        s->engine->row_at = s->first;
        s->engine->has_row = true;
    }
    s->each(s->self, pos + s->offset, logits);
}

static enum bn_status forward(void *self, const int32_t *ids, size_t n, size_t first,
                              void (*each)(void *self, size_t pos, const float *logits), void *each_self,
                              struct bn_error *err)
{
    struct bn_engine_provider *engine = self;
    size_t keep = shared(engine, ids, n);
    bool known = engine->has_row && engine->row_at == first && keep > first;
    if (known) each(each_self, first, engine->row);
    if (known && n == first + 1) return BN_OK;
    if (keep > first + known) keep = first + known; /* later positions must be computed again to have their logits */
    engine->n_held = keep = (size_t)bn_session_truncate(engine->session, (int)keep);
    engine->has_row = known;
    first += known; /* is not told twice, also where KV pruning makes it be computed again */
    struct shifted shift = {engine, each, each_self, keep, known ? SIZE_MAX : first};
    enum bn_status status =
        bn_prefill_logits(engine->session, ids + keep, n - keep, first - keep, pass_on, &shift, err);
    if (status != BN_OK) return status;
    memcpy(engine->held + keep, ids + keep, (n - keep) * sizeof *ids);
    engine->n_held = n;
    return BN_OK;
}

struct bn_session_options bn_eval_session(const struct bn_session_options *given, int n_ctx, int n_threads)
{
    struct bn_session_options session = *given;
    session.n_ctx = n_ctx;
    session.n_threads = n_threads;
    if (!session.kv_type)
        session.kv_type = "f32";
    else if (!strcmp(session.kv_type, "auto"))
        session.kv_type = NULL;
    return session;
}

enum bn_status bn_engine_provider_init(struct bn_engine_provider *engine, const struct bn_model *model,
                                       const struct bn_session_options *options, bool shares, struct bn_error *err)
{
    *engine = (struct bn_engine_provider){.model = model, .shares = shares};
    enum bn_status status = bn_session_open(&engine->session, model, options, err);
    if (status != BN_OK) return status;
    int max_tokens = bn_session_n_ctx(engine->session);
    int n_vocab = bn_model_info(model)->n_vocab;
    engine->held = malloc((size_t)max_tokens * sizeof *engine->held);
    engine->row = malloc((size_t)n_vocab * sizeof *engine->row);
    if (!engine->held || !engine->row) {
        bn_engine_provider_release(engine);
        return bn_suites_fail_memory(err);
    }
    int32_t bos = bn_token_bos(model);
    engine->provider = (struct bn_provider){.self = engine,
                                            .n_vocab = n_vocab,
                                            .max_tokens = max_tokens,
                                            .prefix = bos >= 0 ? bos : bn_token_eos(model),
                                            .encode = encode,
                                            .forward = forward};
    return BN_OK;
}

void bn_engine_provider_release(struct bn_engine_provider *engine)
{
    if (engine->session) bn_session_close(engine->session);
    free(engine->held);
    free(engine->row);
    *engine = (struct bn_engine_provider){0};
}
