/* scores_q8_0.h - scores of queries against one segment of int8 keys, or of 4 bits (Q4_0): integer dot products of
 * sixteen columns of four codes (the v16x4 of each instruction set), which the layout of Q8_0 is designed for. Codes
 * and steps as in ref/attention_ref.c. */
#include "engine/kernels/lanes/segment.h"

#define QUERIES (V16_REGISTERS >= 32 ? 4 : 2) /* of one tile */
enum { MOST_DIM = 4096 };                     /* of a head: checked when weights are bound */

struct q8_tile {
    const struct bn_kv_block *kv;
    int32_t q[MOST_DIM / 4][QUERIES][2];        /* codes of the queries, four at a time */
    int32_t q_sum[MOST_DIM / 32][QUERIES];      /* of the codes of 32 dims */
    float q_step[QUERIES];                      /* what a code stands for */
    float score[QUERIES][BN_SEGMENT];           /* scores, then exp(score - max) */
    int32_t weight[QUERIES][BN_SEGMENT / 4][2]; /* codes of that times the scales of 32 dims, four at a time */
};

/* Four codes from the lower halves of four bytes; sixteen columns of four, of keys and of one half of values. */
BN_INLINE uint32_t q4_codes(uint32_t four) { return (((four & 0x0f0f0f0f) | 0x80808080) - 0x08080808) ^ 0x80808080; }
/* The codes of two bytes at 4-byte places: those of the lower halves come first in memory. */
BN_INLINE uint32_t q4_four(uint16_t x)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return (uint32_t)x << 16 | x >> 4;
#else
    return x | (uint32_t)x << 12;
#endif
}
BN_INLINE v16x4 q4_keys(const uint8_t *k)
{
    uint32_t codes[16];
    for (int i = 0; i < 16; i++) {
        uint16_t x;
        memcpy(&x, k + 2 * i, sizeof x);
        codes[i] = q4_codes(q4_four(x));
    }
    return v16x4_load_for_signed((const int8_t *)codes);
}
BN_INLINE v16x4 q4_values(const uint8_t *v, int shift)
{
    uint32_t codes[16];
    for (int i = 0; i < 16; i++) {
        uint32_t x;
        memcpy(&x, v + 4 * i, sizeof x);
        codes[i] = q4_codes(x >> shift);
    }
    return v16x4_load((const int8_t *)codes);
}

BN_INLINE float q8_factor(float most, float top) { return most > BN_Q8_TINY ? top / most : 0.0f; }

BN_INLINE void q8_take_query(struct q8_tile *t, int i, const float *q)
{
    int dim = t->kv->head_dim;
    float most = largest_of(q, dim, 0.0f);
    v16 factor = v16_set(q8_factor(most, BN_Q8_QUERY_TOP)), magic = v16_set(BN_EXP_MAGIC);
    t->q_step[i] = most / BN_Q8_QUERY_TOP;
    for (int d = 0; d < dim; d += 32) {
        int32_t fours[8][2];
        v16 a = v16_fma(v16_load(q + d), factor, magic), b = v16_fma(v16_load(q + d + 16), factor, magic);
        a = v16_where_nan(a, magic, a), b = v16_where_nan(b, magic, b);
        v16_store_signed_codes(fours, a);
        v16_store_signed_codes(fours + 4, b);
        for (int j = 0; j < 8; j++) memcpy(t->q[d / 4 + j][i], fours[j], sizeof fours[j]);
        t->q_sum[d / 32][i] = (int32_t)v16_sum(v16_add(v16_sub(a, magic), v16_sub(b, magic)));
    }
}

/* Scores of `queries` queries for the 16 positions of group g; four dims of them take `bytes` bytes. */
BN_INLINE void q8_scores(struct q8_tile *t, int g, const size_t bytes, const int queries)
{
    size_t blocks = (size_t)t->kv->head_dim / 32;
    const int8_t *k = (const int8_t *)t->kv->k + (size_t)g * blocks * 8 * bytes;
    const uint16_t *scale = t->kv->k_scale + (size_t)g * blocks * 16;
    v16 score[QUERIES];
    BN_UNROLL for (int i = 0; i < queries; i++) score[i] = v16_set(0.0f);
    for (size_t b = 0; b < blocks; b++) {
        v16_sums sum[QUERIES];
        BN_UNROLL for (int i = 0; i < queries; i++) v16_sums_start(&sum[i], t->q_sum[b][i]);
        for (size_t four = 0; four < 8; four++, k += bytes) {
            ask(k);
            v16x4 key = bytes == 64 ? v16x4_load_for_signed(k) : q4_keys((const uint8_t *)k);
            BN_UNROLL for (int i = 0; i < queries; i++) v16_sums_add_signed(&sum[i], key, t->q[b * 8 + four][i]);
        }
        v16 s = v16_load_f16(scale + b * 16);
        BN_UNROLL for (int i = 0; i < queries; i++) score[i] = v16_fma(v16_of_sums(&sum[i]), s, score[i]);
    }
    BN_UNROLL for (int i = 0; i < queries; i++)
        v16_store(t->score[i] + g * 16, v16_mul(score[i], v16_set(t->q_step[i])));
}

/* Scores of the queries from `first` for groups of 16 positions. */
BN_INLINE void q8_score_all(struct q8_tile *t, const struct bn_attention_args *a, int first, int groups,
                            const int queries)
{
    for (int i = 0; i < queries; i++) q8_take_query(t, i, a->q[first + i]);
    if (t->kv->type == BN_KV_Q8_0)
        for (int g = 0; g < groups; g++) q8_scores(t, g, 64, queries);
    else
        for (int g = 0; g < groups; g++) q8_scores(t, g, 32, queries);
}
