/* scores.h - scores of queries against the keys of one segment of floats, on sixteen lanes, in tiles of queries x
 * groups of 16 positions. Orders as in ref/attention_ref.c. Q8_0: scores_q8_0.h. */
#include "engine/kernels/lanes/scores_q8_0.h"

#define BLOCKS (V16_REGISTERS >= 32 ? 4 : 2) /* groups of 16 positions in a tile of scores */

struct tile {
    const struct bn_kv_block *kv;
    int n[QUERIES]; /* positions each query sees */
    const float *q[QUERIES];
    float *o[QUERIES];
    float score[QUERIES][BN_SEGMENT]; /* scores, then exp(score - max) */
};

BN_INLINE v16 load_key(const struct bn_kv_block *kv, enum bn_kv_type type, size_t at)
{
    if (type == BN_KV_F16) return v16_load_f16((const uint16_t *)kv->k + at);
    return v16_load((const float *)kv->k + at);
}
BN_INLINE size_t size_of(enum bn_kv_type type) { return type == BN_KV_F32 ? 4 : 2; }

/* Prefetches the line ahead of element `at` when `at` begins a line. */
BN_INLINE void ask_element(const void *data, enum bn_kv_type type, size_t at)
{
    if (at * size_of(type) % 64 == 0) ask((const char *)data + at * size_of(type));
}

/* Scores of `queries` queries for `blocks` blocks of 16 positions from block `b` of the segment. */
BN_INLINE void score_blocks(struct tile *t, enum bn_kv_type type, int b, const int queries, const int blocks)
{
    v16 sum[QUERIES][BLOCKS];
    size_t dim = (size_t)t->kv->head_dim, at = (size_t)b * dim * 16;
    BN_UNROLL for (int i = 0; i < queries; i++) BN_UNROLL for (int j = 0; j < blocks; j++) sum[i][j] = v16_set(0.0f);
    for (size_t d4 = 0; d4 < dim; d4 += 4)
        BN_UNROLL for (size_t step = 0; step < 4; step++) BN_UNROLL for (int j = 0; j < blocks; j++)
        {
            size_t d = d4 + step, from = at + (size_t)j * dim * 16 + d * 16;
            if (step * 16 * size_of(type) % 64 == 0) ask_element(t->kv->k, type, from);
            v16 key = load_key(t->kv, type, from);
            BN_UNROLL for (int i = 0; i < queries; i++) sum[i][j] = v16_fma(v16_set(t->q[i][d]), key, sum[i][j]);
        }
    BN_UNROLL for (int i = 0; i < queries; i++) BN_UNROLL for (int j = 0; j < blocks; j++)
        v16_store(t->score[i] + (b + j) * 16, sum[i][j]);
}

/* Scores for the first `positions` positions, or a few more. */
BN_INLINE void score_all(struct tile *t, enum bn_kv_type type, int positions, const int queries)
{
    int blocks = (positions + 15) / 16, b = 0;
    for (; b + BLOCKS <= blocks; b += BLOCKS) score_blocks(t, type, b, queries, BLOCKS);
    for (; b < blocks; b++) score_blocks(t, type, b, queries, 1);
}

BN_INLINE int largest_int(const int *x, const int n)
{
    int most = x[0];
    for (int i = 1; i < n; i++) most = x[i] > most ? x[i] : most;
    return most;
}
