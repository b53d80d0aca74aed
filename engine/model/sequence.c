/* sequence.c - opens sequences, checks what they are given, hashes their logits and shifts their context. */
#include "engine/model/sequence.h"
#include "engine/model/forward.h"
#include "engine/model/kv/range.h"
#include <stdlib.h>
#include <string.h>

static enum bn_status kv_type(const struct bn_model *model, const char *name, enum bn_kv_type *type,
                              struct bn_error *err)
{
    bool ternary = bn_linear_is_ternary(&model->weights.layers[0].down);
    if (!name) return *type = ternary ? BN_KV_F16 : BN_KV_F32, BN_OK;
    const char *const names[] = {
        [BN_KV_F16] = "f16", [BN_KV_F32] = "f32", [BN_KV_Q8_0] = "q8_0", [BN_KV_Q4_0] = "q4_0"};
    for (int i = 0; i < BN_KV_TYPES; i++)
        if (!strcmp(name, names[i])) return *type = (enum bn_kv_type)i, BN_OK;
    return bn_fail(err, BN_ERR_USAGE, "Unknown KV cache type \"%s\"; choose f16, f32, q8_0 or q4_0.", name);
}

static enum bn_status begin(struct bn_sequence *s, struct bn_crew *crew, int n_ctx, struct bn_error *err)
{
    *s = (struct bn_sequence){.model = crew->model, .id = crew->n_sequences, .number = -1, .n_ctx = n_ctx};
    if (n_ctx < 1 || n_ctx > 1 << 24)
        return bn_fail(err, BN_ERR_USAGE, "n_ctx must be 1 to 16777216, or 0 for the training context, not %d.", n_ctx);
    bn_sequence_hash_reset(s, false);
    return bn_crew_reserve(crew, n_ctx, err);
}

/* The last step of opening: with `from`, n_tokens of it. */
static enum bn_status end(struct bn_sequence *s, struct bn_crew *crew, const struct bn_sequence *from, int n_tokens,
                          enum bn_status status, struct bn_error *err)
{
    if (status == BN_OK && crew->model->reference64) status = bn_sequence64_init(s, from, n_tokens, err);
    if (status == BN_OK)
        crew->n_sequences++;
    else
        bn_sequence_release(s);
    return status;
}

static int slots(const struct bn_sequence *s) { return s->pruner ? bn_kv_pruner_slots(s->pruner, s->n_ctx) : s->n_ctx; }

enum bn_status bn_sequence_init(struct bn_sequence *s, struct bn_crew *crew, int n_ctx, const char *type_name,
                                const struct bn_kv_prune_options *prune, struct bn_error *err)
{
    const struct bn_config *config = &crew->model->source.config;
    enum bn_kv_type type = BN_KV_F16;
    enum bn_status status = begin(s, crew, n_ctx ? n_ctx : config->n_ctx_train, err);
    if (status == BN_OK) status = kv_type(s->model, type_name, &type, err);
    if (status == BN_OK) status = bn_kv_pruner_open(&s->pruner, config, prune, s->n_ctx, err);
    if (status == BN_OK && s->pruner && s->model->reference64)
        status = bn_fail(err, BN_ERR_UNSUPPORTED,
                         "The reference64 pass does not prune its KV cache; choose another kernel backend.");
    if (status == BN_OK) status = bn_kv_cache_init(&s->kv, config, type, slots(s), err);
    return end(s, crew, NULL, 0, status, err);
}

enum bn_status bn_sequence_init_shared(struct bn_sequence *s, struct bn_crew *crew, const struct bn_sequence *from,
                                       int n_tokens, int n_ctx, struct bn_error *err)
{
    enum bn_status status = begin(s, crew, n_ctx ? n_ctx : from->n_ctx, err);
    if (status == BN_OK && crew->model != from->model)
        status = bn_fail(err, BN_ERR_USAGE, "A context can be shared by sequences of one model only.");
    if (status == BN_OK && (n_tokens < 0 || n_tokens > bn_sequence_position(from) || n_tokens > s->n_ctx))
        status = bn_fail(err, BN_ERR_USAGE, "Cannot share %d tokens of a context of %d in one for %d.", n_tokens,
                         bn_sequence_position(from), s->n_ctx);
    if (status == BN_OK && !bn_sequence_has(from, n_tokens))
        status = bn_fail(err, BN_ERR_UNSUPPORTED,
                         "Cannot share %d tokens of a context from which KV pruning has evicted some at %d; share at "
                         "least those or none.",
                         n_tokens, from->pruner->settled);
    if (status == BN_OK) status = bn_kv_pruner_copy(&s->pruner, from->pruner, s->n_ctx, err);
    if (status == BN_OK && s->pruner && !n_tokens) bn_kv_pruner_reset(s->pruner);
    if (status == BN_OK) status = bn_kv_cache_init_shared(&s->kv, &from->kv, n_tokens, slots(s), err);
    return end(s, crew, from, n_tokens, status, err);
}

void bn_sequence_release(struct bn_sequence *s)
{
    bn_sequence64_release(s);
    bn_kv_cache_release(&s->kv);
    bn_kv_pruner_close(s->pruner);
    s->pruner = NULL;
}

enum bn_status bn_sequence_check(const struct bn_sequence *s, const int32_t *ids, size_t n, struct bn_error *err)
{
    int vocab = s->model->source.config.n_vocab, position = bn_sequence_position(s);
    if (n > (size_t)(s->n_ctx - position))
        return bn_fail(err, BN_ERR_CONTEXT,
                       "The context is full: %d of %d positions are used and %zu more are needed; open a longer "
                       "context or shift this one.",
                       position, s->n_ctx, n);
    for (size_t i = 0; i < n; i++)
        if (ids[i] < 0 || ids[i] >= vocab)
            return bn_fail(err, BN_ERR_USAGE, "Token id %d is outside the vocabulary of %d.", ids[i], vocab);
    return BN_OK;
}

/* ---- eviction ---- */
enum bn_status bn_sequence_settle(struct bn_sequence *s, struct bn_crew *crew, int *most, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    *most = s->n_ctx;
    if (!s->pruner) return BN_OK;
    if (bn_kv_pruner_is_due(s->pruner, &s->kv)) status = bn_kv_pruner_evict(s->pruner, &s->kv, crew, err);
    *most = bn_kv_pruner_room(s->pruner, &s->kv);
    return status;
}

bool bn_sequence_has(const struct bn_sequence *s, int n_tokens)
{
    return !n_tokens || !s->pruner || n_tokens >= s->pruner->settled;
}

int bn_sequence_truncate(struct bn_sequence *s, int n_tokens)
{
    int position = bn_sequence_position(s);
    if (n_tokens < 0 || n_tokens >= position) return position;
    if (!bn_sequence_has(s, n_tokens)) n_tokens = 0;
    bn_kv_cache_truncate(&s->kv, n_tokens);
    if (!n_tokens && s->pruner) bn_kv_pruner_reset(s->pruner);
    return n_tokens;
}

size_t bn_sequence_kv_bytes(const struct bn_sequence *s) { return s->kv.bytes + (s->pruner ? s->pruner->bytes : 0); }

/* ---- hash ---- */
void bn_sequence_hash_reset(struct bn_sequence *s, bool on)
{
    s->hashing = on;
    s->hash = 0xcbf29ce484222325u;
}

/* FNV-1a over 32-bit words: byte order does not matter, and it keeps up with the head. */
void bn_sequence_hash(struct bn_sequence *s, const float *logits)
{
    int n = s->model->source.config.n_vocab;
    uint64_t h = s->hash;
    if (!s->hashing) return;
#pragma GCC unroll 8
    for (int i = 0; i < n; i++) {
        uint32_t word;
        memcpy(&word, &logits[i], sizeof word);
        h = (h ^ word) * 0x100000001b3u;
    }
    s->hash = h;
}

/* ---- shift ---- */
struct shift {
    struct bn_sequence *s;
    int drop;
    const float *cosine, *back; /* of `drop` positions; back: the negative sine */
    float *k, *v;
    struct bn_error *err;
};

/* Stores a key and a value that was in the cache before; a rotated key may be larger than any was. */
static enum bn_status store(const struct shift *m, int layer, int kv_head, int slot)
{
    struct bn_kv_cache *kv = &m->s->kv;
    const struct bn_kernels *kernels = &m->s->model->kernels;
    if (bn_kv_cache_store(kv, kernels, layer, kv_head, slot, m->k, m->v) == BN_KV_FITS) return BN_OK;
    enum bn_status status = bn_kv_cache_widen(kv, m->err);
    if (status == BN_OK) bn_kv_cache_store(kv, kernels, layer, kv_head, slot, m->k, m->v);
    return status;
}

/* Moves one position's key and value `drop` places back; the key is rotated by -drop. */
static enum bn_status move(const struct shift *m, int layer, int kv_head, int pos)
{
    const struct bn_config *c = &m->s->model->source.config;
    int from = bn_kv_cache_slot(&m->s->kv, pos), to = from - m->drop;
    struct bn_kv_block old = bn_kv_cache_block(&m->s->kv, layer, kv_head, from);
    bn_kv_cache_read(&old, from % BN_SEGMENT, m->k, m->v);
    m->s->model->kernels.rope(m->k, m->cosine, m->back, 1, c->head_dim, c->rope_dim,
                              c->rope_kind == BN_ROPE_INTERLEAVED);
    return store(m, layer, kv_head, to);
}

static enum bn_status move_all(const struct shift *m, int first)
{
    const struct bn_config *c = &m->s->model->source.config;
    enum bn_status status = BN_OK;
    for (int layer = 0; layer < c->n_layers; layer++)
        for (int h = 0; h < c->n_kv_heads; h++)
            for (int pos = first; pos < bn_sequence_position(m->s) && status == BN_OK; pos++)
                status = move(m, layer, h, pos);
    return status;
}

static enum bn_status check_shift(const struct bn_sequence *s, int n_sink, int n_drop, struct bn_error *err)
{
    int position = bn_sequence_position(s);
    if (s->model->reference64)
        return bn_fail(err, BN_ERR_UNSUPPORTED, "The reference64 pass does not shift its context.");
    if (s->kv.n_evicted)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "A context from which KV pruning has evicted positions does not shift.");
    if (n_sink < 0 || n_drop < 1 || n_drop > position || n_sink > position - n_drop)
        return bn_fail(err, BN_ERR_USAGE, "A context of %d tokens cannot keep %d and drop %d.", position, n_sink,
                       n_drop);
    return BN_OK;
}

enum bn_status bn_sequence_shift(struct bn_sequence *s, struct bn_rope *rope, int n_sink, int n_drop,
                                 struct bn_error *err)
{
    enum bn_status status = check_shift(s, n_sink, n_drop, err);
    if (status == BN_OK) status = bn_kv_cache_own(&s->kv, n_sink, bn_kv_cache_n_slots(&s->kv), err);
    if (status != BN_OK) return status;
    size_t head = (size_t)s->kv.head_dim, half = (size_t)rope->half, row = (size_t)n_drop * half;
    float *buffer = malloc((2 * head + half) * sizeof *buffer), *back = buffer + 2 * head;
    if (!buffer) return bn_fail_memory(err, "shifting the context", (2 * head + half) * sizeof *buffer);
    if (n_sink + n_drop < bn_sequence_position(s)) {
        bn_rope_fill(rope, n_drop + 1);
        for (size_t i = 0; i < half; i++) back[i] = -rope->sin[row + i];
        status =
            move_all(&(struct shift){s, n_drop, rope->cos + row, back, buffer, buffer + head, err}, n_sink + n_drop);
    }
    free(buffer);
    if (status == BN_OK) bn_kv_cache_truncate(&s->kv, bn_sequence_position(s) - n_drop);
    return status;
}
