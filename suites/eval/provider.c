/* provider.c - opens the batch of the engine that log-probabilities come from, and encodes texts. */
#include "suites/eval/provider.h"
#include "suites/fail.h"
#include <stdlib.h>
#include <string.h>

enum { BN_ROWS_DEFAULT = 128 }; /* what struct bn_session_options calls the default of n_batch */

static enum bn_status encode(void *self, const char *text, bool bos, int32_t **ids, size_t *n, struct bn_error *err)
{
    const struct bn_engine_provider *engine = self;
    int flags = (bos ? BN_TOKENIZE_BOS : 0) | (engine->special ? BN_TOKENIZE_SPECIAL : 0);
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

/* A crew computes n_batch rows at most, and a batch has fewer sequences than that. */
static int room_of(const struct bn_session_options *o, int n_ctx)
{
    int n_batch = o->n_batch ? o->n_batch : BN_ROWS_DEFAULT;
    return (n_batch < n_ctx ? n_batch : n_ctx) - 1;
}

static enum bn_status open_batch(struct bn_engine_provider *engine, const struct bn_session_options *o, int n_together,
                                 struct bn_error *err)
{
    int n_ctx = bn_session_n_ctx(engine->session), room = room_of(o, n_ctx);
    engine->n_together = n_together ? n_together : BN_TOGETHER;
    if (2 * engine->n_together + 1 > room) engine->n_together = room > 3 ? (room - 1) / 2 : 1;
    if (room < 3) engine->shares = false; /* no place for one that is held */
    const struct bn_batch_options batch = {.n_sequences =
                                               engine->shares ? 2 * engine->n_together + 1 : engine->n_together,
                                           .n_ctx = n_ctx,
                                           .n_prompts = engine->n_together,
                                           .kv_type = o->kv_type,
                                           .separate = !engine->shares,
                                           .kv_prune = o->kv_prune};
    return bn_batch_open(&engine->batch, bn_session_crew(engine->session), &batch, err);
}

enum bn_status bn_engine_provider_init(struct bn_engine_provider *engine, const struct bn_model *model,
                                       const struct bn_session_options *options, int n_together, bool alone,
                                       struct bn_error *err)
{
    struct bn_session_options session = *options;
    bool prunes = session.kv_prune.policy && strcmp(session.kv_prune.policy, "off") != 0;
    *engine = (struct bn_engine_provider){.model = model, .shares = !alone && !prunes, .held = -1};
    if (session.n_batch == 1) session.n_batch = 2; /* the least with room for a sequence */
    enum bn_status status = bn_session_open(&engine->session, model, &session, err);
    if (status == BN_OK && bn_session_n_ctx(engine->session) < 2)
        status =
            bn_suites_fail(err, BN_ERR_USAGE, "A context of 1 token has no room for a prediction; take 2 or more.");
    if (status == BN_OK) status = open_batch(engine, &session, alone ? 1 : n_together, err);
    int max_tokens = status == BN_OK ? bn_session_n_ctx(engine->session) : 1;
    engine->held_ids = malloc((size_t)max_tokens * sizeof *engine->held_ids);
    if (status == BN_OK && !engine->held_ids) status = bn_suites_fail_memory(err);
    if (status != BN_OK) {
        bn_engine_provider_release(engine);
        return status;
    }
    int32_t bos = bn_token_bos(model);
    engine->provider = (struct bn_provider){.self = engine,
                                            .n_vocab = bn_model_info(model)->n_vocab,
                                            .max_tokens = max_tokens,
                                            .prefix = bos >= 0 ? bos : bn_token_eos(model),
                                            .encode = encode,
                                            .forward = bn_passes_forward,
                                            .generate = bn_passes_generate};
    return BN_OK;
}

void bn_engine_provider_release(struct bn_engine_provider *engine)
{
    bn_batch_close(engine->batch);
    if (engine->session) bn_session_close(engine->session);
    free(engine->held_ids);
    *engine = (struct bn_engine_provider){.held = -1};
}
