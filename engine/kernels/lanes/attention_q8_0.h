/* attention_q8_0.h - attention of queries against one segment of int8 keys and values: integer dot products of sixteen
 * columns of four codes (the v16x4 of each instruction set), which the layout of Q8_0 is designed for. Codes and steps
 * as in ref/attention_ref.c. */
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

BN_INLINE float q8_factor(float most, float top) { return most > BN_Q8_TINY ? top / most : 0.0f; }

static void q8_take_query(struct q8_tile *t, int i, const float *q)
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

/* Scores of `queries` queries for the 16 positions of group g. */
BN_INLINE void q8_scores(struct q8_tile *t, int g, const int queries)
{
    size_t blocks = (size_t)t->kv->head_dim / 32;
    const int8_t *k = (const int8_t *)t->kv->k + (size_t)g * blocks * 32 * 16;
    const uint16_t *scale = t->kv->k_scale + (size_t)g * blocks * 16;
    v16 score[QUERIES];
    BN_UNROLL for (int i = 0; i < queries; i++) score[i] = v16_set(0.0f);
    for (size_t b = 0; b < blocks; b++) {
        v16_sums sum[QUERIES];
        BN_UNROLL for (int i = 0; i < queries; i++) v16_sums_start(&sum[i], t->q_sum[b][i]);
        for (size_t four = 0; four < 8; four++, k += 64) {
            ask(k);
            v16x4 key = v16x4_load_for_signed(k);
            BN_UNROLL for (int i = 0; i < queries; i++) v16_sums_add_signed(&sum[i], key, t->q[b * 8 + four][i]);
        }
        v16 s = v16_load_f16(scale + b * 16);
        BN_UNROLL for (int i = 0; i < queries; i++) score[i] = v16_fma(v16_of_sums(&sum[i]), s, score[i]);
    }
    BN_UNROLL for (int i = 0; i < queries; i++)
        v16_store(t->score[i] + g * 16, v16_mul(score[i], v16_set(t->q_step[i])));
}

/* Weights of `positions` positions (a multiple of 16) for 32 dims whose scales these are; steps receive what a code is
 * worth. */
BN_INLINE void q8_weights(struct q8_tile *t, const uint16_t *half, int positions, float *steps, const int queries)
{
    float scale[BN_SEGMENT];
    v16 most[QUERIES], magic = v16_set(BN_EXP_MAGIC);
    BN_UNROLL for (int i = 0; i < queries; i++) most[i] = v16_set(0.0f);
    for (int p = 0; p < positions; p += 16) {
        v16 s = v16_load_f16(half + p);
        v16_store(scale + p, s);
        BN_UNROLL for (int i = 0; i < queries; i++) most[i] = v16_max(v16_mul(v16_load(t->score[i] + p), s), most[i]);
    }
    for (int i = 0; i < queries; i++) {
        float largest = v16_largest(most[i]);
        v16 factor = v16_set(q8_factor(largest, BN_Q8_WEIGHT_TOP));
        steps[i] = largest / BN_Q8_WEIGHT_TOP;
        for (int p = 0; p < positions; p += 16)
            v16_store_codes(t->weight[i] + p / 4,
                            v16_fma(v16_mul(v16_load(t->score[i] + p), v16_load(scale + p)), factor, magic));
    }
}

/* Dims d to d + 15 of the outputs. */
BN_INLINE void q8_values(struct q8_tile *t, int d, int positions, const float *steps, float *const *partials,
                         const int queries)
{
    const int8_t *v = (const int8_t *)t->kv->v + bn_q8_value_index(0, (size_t)d);
    v16_sums sum[QUERIES];
    BN_UNROLL for (int i = 0; i < queries; i++) v16_sums_start(&sum[i], 0);
    for (int four = 0; four < positions / 4; four++, v += 64) {
        ask(v);
        v16x4 value = v16x4_load(v);
        BN_UNROLL for (int i = 0; i < queries; i++) v16_sums_add(&sum[i], value, t->weight[i][four]);
    }
    BN_UNROLL for (int i = 0; i < queries; i++)
        v16_store(partials[i] + 2 + d, v16_mul(v16_of_sums(&sum[i]), v16_set(steps[i])));
}

BN_INLINE void q8_attend(struct q8_tile *t, const struct bn_attention_args *a, int first, const int queries)
{
    int most = 0;
    for (int i = 0; i < queries; i++) {
        q8_take_query(t, i, a->q[first + i]);
        most = a->seen[first + i] > most ? a->seen[first + i] : most;
    }
    int groups = (most + 15) / 16;
    for (int g = 0; g < groups; g++) q8_scores(t, g, queries);
    for (int i = 0; i < queries; i++) {
        float *partial = a->partials[first + i];
        int seen = a->seen[first + i];
        partial[0] = softmax(t->score[i], seen, &partial[1]);
        for (int p = (seen + 15) / 16 * 16; p < groups * 16; p += 16)
            v16_store(t->score[i] + p, v16_set(0.0f)); /* others see more */
    }
    for (int d = 0; d < t->kv->head_dim; d += 32) {
        float steps[QUERIES];
        q8_weights(t, t->kv->v_scale + d / 32 * BN_SEGMENT, groups * 16, steps, queries);
        q8_values(t, d, groups * 16, steps, a->partials + first, queries);
        q8_values(t, d + 16, groups * 16, steps, a->partials + first, queries);
    }
}

static void attend_q8_0(const struct bn_attention_args *a)
{
    struct q8_tile t;
    t.kv = a->kv;
    for (int done = 0, step; done < a->n; done += step) {
        step = a->n - done >= QUERIES ? QUERIES : 1;
        if (step == QUERIES)
            q8_attend(&t, a, done, QUERIES);
        else
            q8_attend(&t, a, done, 1);
    }
}
