/* together.c - decodes the same text in several sequences at once. Their keys and values are separate, as they are for
 * texts that differ. */
#include "harness/worker/together.h"
#include "harness/core/error.h"
#include "harness/core/fnv.h"
#include <string.h>

static enum bn_status fill(struct bn_subject *s, struct bn_batch *batch, struct bn_error *err)
{
    const struct bn_request *q = s->request;
    enum bn_status status = BN_OK;
    int sequence = 0, n_ready = 0;
    for (uint32_t i = 0; !status && i < q->sequences; i++)
        status = bn_batch_add(batch, s->ids, q->fill, &sequence, err);
    for (uint32_t i = 0; !status && i < q->sequences; i++)
        while (!status && bn_batch_position(batch, (int)i) < (int)q->fill) status = bn_batch_step(batch, &n_ready, err);
    return status;
}

/* Every sequence must have the logits of the first, and chooses as it does. */
static enum bn_status choose(struct bn_subject *s, const struct bn_batch *batch, int32_t *id, struct bn_error *err)
{
    int n_vocab = bn_model_info(s->model)->n_vocab;
    const float *first = bn_batch_logits(batch, 0);
    for (uint32_t i = 0; i < s->request->sequences; i++) {
        const float *logits = bn_batch_logits(batch, (int)i);
        if (!first || !logits || memcmp(first, logits, (size_t)n_vocab * sizeof *logits))
            return bn_harness_fail(err, BN_ERR_FORMAT, "Sequence %u computed other logits than sequence 0.", i);
    }
    uint32_t word;
    *id = bn_logits_best(first, n_vocab);
    memcpy(&word, first + *id, sizeof word);
    s->chosen = bn_fnv_add(bn_fnv_add(s->chosen, (uint32_t)*id), word);
    return BN_OK;
}

static enum bn_status step(struct bn_subject *s, struct bn_batch *batch, struct bn_session *session, int32_t *id,
                           const struct bn_pass_hooks *h, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    int n_ready = 0;
    for (uint32_t i = 0; !status && i < s->request->sequences; i++) status = bn_batch_put(batch, (int)i, *id, err);
    if (status) return status;
    if (h->before) h->before(h->self, BN_PHASE_DECODE);
    status = bn_batch_step(batch, &n_ready, err);
    if (!status && h->after) h->after(h->self, BN_PHASE_DECODE, n_ready, session);
    return status ? status : choose(s, batch, id, err);
}

enum bn_status bn_together_pass(struct bn_subject *s, struct bn_session *session, const struct bn_pass_hooks *h,
                                struct bn_error *err)
{
    const struct bn_request *q = s->request;
    const struct bn_batch_options options = {.n_sequences = (int)q->sequences,
                                             .n_ctx = (int)(q->fill + q->decode),
                                             .kv_type = s->options.kv_type,
                                             .kv_prune = s->options.kv_prune,
                                             .separate = true,
                                             .hash = s->hashing};
    struct bn_batch *batch = NULL;
    int32_t id = s->ids[q->fill];
    enum bn_status status = bn_batch_open(&batch, bn_session_crew(session), &options, err);
    if (!status) status = fill(s, batch, err);
    for (uint32_t i = 0; !status && i < q->decode; i++) status = step(s, batch, session, &id, h, err);
    if (!status) s->hash = bn_batch_logits_hash(batch, 0);
    bn_batch_close(batch);
    return status;
}
