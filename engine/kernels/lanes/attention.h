/* attention.h - attention of queries against one segment, on sixteen lanes: scores in tiles of queries x groups of 16
 * positions, then softmax, then values in tiles of queries x 16 dims. Orders as in ref/attention_ref.c.
 * Decode sees every key and value once, at about the rate at which memory can deliver them: the loops ask for lines ahead. */
#include "engine/kernels/lanes/lanes.h"

#define QUERIES (V16_REGISTERS >= 32 ? 4 : 2) /* of one tile */
#define BLOCKS  (V16_REGISTERS >= 32 ? 4 : 2) /* of 16 positions, in a tile of scores */
#define VECTORS (V16_REGISTERS >= 32 ? 4 : 2) /* of 16 dims, in a tile of values */
enum { STRETCH = 64 };                        /* positions whose values are added at once */
enum { NEAR = 1 << 10, FAR = 32 << 10 };      /* bytes in advance at which lines are asked into L1 and L2 (Zen 4, engine/performance.md) */

struct tile {
    const struct bn_kv_block *kv;
    int n[QUERIES];             /* positions each query sees */
    const float *q[QUERIES];
    float *o[QUERIES];
    float score[QUERIES][BN_SEGMENT];  /* scores, then exp(score - max) */
    float scaled[QUERIES][BN_SEGMENT]; /* Q8_0: that times the scales of 32 dims */
};

BN_INLINE v16 load_key(const struct bn_kv_block *kv, enum bn_kv_type type, size_t at)
{
    if (type == BN_KV_F16) return v16_load_f16((const uint16_t *)kv->k + at);
    if (type == BN_KV_F32) return v16_load((const float *)kv->k + at);
    return v16_load_i8((const int8_t *)kv->k + at);
}
BN_INLINE v16 load_value(const struct bn_kv_block *kv, enum bn_kv_type type, size_t at)
{
    if (type == BN_KV_F16) return v16_load_f16((const uint16_t *)kv->v + at);
    if (type == BN_KV_F32) return v16_load((const float *)kv->v + at);
    return v16_load_i8((const int8_t *)kv->v + at);
}
BN_INLINE size_t size_of(enum bn_kv_type type) { return type == BN_KV_F32 ? 4 : type == BN_KV_F16 ? 2 : 1; }

/* Asks for what lies behind element `at` when that begins a line: a block's keys are followed by its values, then the next head's keys. */
BN_INLINE void ask(const void *data, enum bn_kv_type type, size_t at)
{
    const char *p = (const char *)data + at * size_of(type);
    if (at * size_of(type) % 64) return;
    __builtin_prefetch(p + NEAR, 0, 3);
    __builtin_prefetch(p + FAR, 0, 2);
}

/* Scores of `queries` queries for `blocks` blocks of 16 positions from block `b` of the segment. */
BN_INLINE void score_blocks(struct tile *t, enum bn_kv_type type, int b, const int queries, const int blocks)
{
    v16 sum[QUERIES][BLOCKS], part[QUERIES][BLOCKS];
    size_t dim = (size_t)t->kv->head_dim, at = (size_t)b * dim * 16;
    BN_UNROLL for (int i = 0; i < queries; i++)
        BN_UNROLL for (int j = 0; j < blocks; j++) sum[i][j] = part[i][j] = v16_set(0.0f);
    for (size_t d4 = 0; d4 < dim; d4 += 4) {
        BN_UNROLL for (size_t step = 0; step < 4; step++)
            BN_UNROLL for (int j = 0; j < blocks; j++)
            {
                size_t d = d4 + step, from = at + (size_t)j * dim * 16 + d * 16;
                if (step * 16 * size_of(type) % 64 == 0) ask(t->kv->k, type, from);
                v16 key = load_key(t->kv, type, from);
                BN_UNROLL for (int i = 0; i < queries; i++) sum[i][j] = v16_fma(v16_set(t->q[i][d]), key, sum[i][j]);
            }
        if (type == BN_KV_Q8_0 && d4 % 32 == 28)
            BN_UNROLL for (int j = 0; j < blocks; j++)
            {
                v16 scale = v16_load_f16(t->kv->k_scale + (((size_t)b + (size_t)j) * (dim / 32) + d4 / 32) * 16);
                BN_UNROLL for (int i = 0; i < queries; i++)
                {
                    part[i][j] = v16_fma(sum[i][j], scale, part[i][j]);
                    sum[i][j] = v16_set(0.0f);
                }
            }
    }
    BN_UNROLL for (int i = 0; i < queries; i++)
        BN_UNROLL for (int j = 0; j < blocks; j++)
            v16_store(t->score[i] + (b + j) * 16, type == BN_KV_Q8_0 ? part[i][j] : sum[i][j]);
}

/* score[0..n) to exp(score - max); *sum their sum; returns max. */
BN_INLINE float softmax(float *score, int n, float *sum)
{
    v16 most = v16_set(-INFINITY), total = v16_set(0.0f);
    int i = 0;
    for (; i + 16 <= n; i += 16) most = v16_max(v16_load(score + i), most);
    if (i < n) most = v16_max(v16_keep(v16_load(score + i), n - i, v16_set(-INFINITY)), most);
    float max = v16_largest(most);
    for (i = 0; i < n; i += 16) {
        v16 e = v16_keep(v16_exp(v16_sub(v16_load(score + i), v16_set(max))), n - i, v16_set(0.0f));
        v16_store(score + i, e);
        total = v16_add(total, e);
    }
    *sum = v16_sum(total);
    return max;
}

/* Adds the values of positions begin..end-1, weighted by e, to dims d.. of `queries` outputs from query `first`; o counts as 0 at
 * begin 0. */
BN_INLINE void add_values(struct tile *t, enum bn_kv_type type, float (*e)[BN_SEGMENT], int first, int d, int begin, int end, const int queries,
                          const int vectors)
{
    v16 sum[QUERIES][VECTORS];
    size_t dim = (size_t)t->kv->head_dim, at = (size_t)begin * dim + (size_t)d;
    BN_UNROLL for (int i = 0; i < queries; i++)
        BN_UNROLL for (int j = 0; j < vectors; j++) sum[i][j] = begin ? v16_load(t->o[first + i] + d + 16 * j) : v16_set(0.0f);
    for (int p = begin; p < end; p++, at += dim)
        BN_UNROLL for (int j = 0; j < vectors; j++)
        {
            ask(t->kv->v, type, at + (size_t)(16 * j));
            v16 value = load_value(t->kv, type, at + (size_t)(16 * j));
            BN_UNROLL for (int i = 0; i < queries; i++) sum[i][j] = v16_fma(v16_set(e[first + i][p]), value, sum[i][j]);
        }
    BN_UNROLL for (int i = 0; i < queries; i++)
        BN_UNROLL for (int j = 0; j < vectors; j++) v16_store(t->o[first + i] + d + 16 * j, sum[i][j]);
}

BN_INLINE void stretch_of_values(struct tile *t, enum bn_kv_type type, int first, int begin, int end, const int queries)
{
    int d = 0;
    for (; d + 16 * VECTORS <= t->kv->head_dim; d += 16 * VECTORS) add_values(t, type, t->score, first, d, begin, end, queries, VECTORS);
    for (; d < t->kv->head_dim; d += 16) add_values(t, type, t->score, first, d, begin, end, queries, 1);
}

/* Q8_0: 32 dims share a scale at each position. */
BN_INLINE void stretch_of_scaled_values(struct tile *t, int first, int begin, int end, const int queries)
{
    for (int d = 0; d < t->kv->head_dim; d += 32) {
        const uint16_t *scale = t->kv->v_scale + d / 32 * BN_SEGMENT;
        for (int p = begin / 16 * 16; p < end; p += 16)
            BN_UNROLL for (int i = first; i < first + queries; i++)
                v16_store(t->scaled[i] + p, v16_mul(v16_load(t->score[i] + p), v16_load_f16(scale + p)));
        add_values(t, BN_KV_Q8_0, t->scaled, first, d, begin, end, queries, 2);
    }
}

/* Positions in stretches, so that all dims of a row are read while it is near. */
BN_INLINE void all_values(struct tile *t, enum bn_kv_type type, int first, int begin, int end, const int queries)
{
    for (int at = begin, next; at < end; at = next) {
        next = end - at > STRETCH ? at + STRETCH : end;
        if (type == BN_KV_Q8_0) stretch_of_scaled_values(t, first, at, next, queries);
        else stretch_of_values(t, type, first, at, next, queries);
    }
}

BN_INLINE void attend(struct tile *t, enum bn_kv_type type, float *const *partials, const int queries)
{
    int most = t->n[0], least = t->n[0], b = 0;
    for (int i = 1; i < queries; i++) {
        most = t->n[i] > most ? t->n[i] : most;
        least = t->n[i] < least ? t->n[i] : least;
    }
    int blocks = (most + 15) / 16;
    for (; b + BLOCKS <= blocks; b += BLOCKS) score_blocks(t, type, b, queries, BLOCKS);
    for (; b < blocks; b++) score_blocks(t, type, b, queries, 1);
    for (int i = 0; i < queries; i++) partials[i][0] = softmax(t->score[i], t->n[i], &partials[i][1]);
    all_values(t, type, 0, 0, least, queries);
    for (int i = 0; i < queries; i++) all_values(t, type, i, least, t->n[i], 1);
}

BN_INLINE void attend_all(const struct bn_attention_args *a, enum bn_kv_type type)
{
    struct tile t;
    t.kv = a->kv;
    for (int done = 0, step; done < a->n; done += step) {
        step = a->n - done >= QUERIES ? QUERIES : 1;
        for (int i = 0; i < step; i++) {
            t.n[i] = a->seen[done + i];
            t.q[i] = a->q[done + i];
            t.o[i] = a->partials[done + i] + 2;
        }
        if (step == QUERIES) attend(&t, type, a->partials + done, QUERIES);
        else attend(&t, type, a->partials + done, 1);
    }
}

static void attention(const struct bn_attention_args *a)
{
    if (a->kv->type == BN_KV_F16) attend_all(a, BN_KV_F16);
    else if (a->kv->type == BN_KV_F32) attend_all(a, BN_KV_F32);
    else attend_all(a, BN_KV_Q8_0);
}
