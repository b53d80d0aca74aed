/* attention_q8_0.h - attention of queries against one segment of int8 keys and values, or of 4 bits (Q4_0): scores
 * (scores_q8_0.h), softmax, then values, weighted by integer codes. Codes and steps as in ref/attention_ref.c. */
#include "engine/kernels/lanes/scores.h"

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
                         const enum bn_kv_type type, const int queries)
{
    const int8_t *v = (const int8_t *)t->kv->v +
                      (type == BN_KV_Q8_0 ? bn_q8_value_index(0, (size_t)d) : bn_q4_value_index(0, (size_t)d));
    v16_sums sum[QUERIES];
    BN_UNROLL for (int i = 0; i < queries; i++) v16_sums_start(&sum[i], 0);
    for (int four = 0; four < positions / 4; four++, v += 64) {
        ask(v);
        v16x4 value = type == BN_KV_Q8_0 ? v16x4_load(v) : q4_values((const uint8_t *)v, d % 32 < 16 ? 0 : 4);
        BN_UNROLL for (int i = 0; i < queries; i++) v16_sums_add(&sum[i], value, t->weight[i][four]);
    }
    BN_UNROLL for (int i = 0; i < queries; i++)
        v16_store(partials[i] + 2 + d, v16_mul(v16_of_sums(&sum[i]), v16_set(steps[i])));
}

BN_INLINE void q8_attend(struct q8_tile *t, const struct bn_attention_args *a, int first, const enum bn_kv_type type,
                         const int queries)
{
    int groups = (largest_int(a->seen + first, queries) + 15) / 16;
    q8_score_all(t, a, first, groups, queries);
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
        q8_values(t, d, groups * 16, steps, a->partials + first, type, queries);
        q8_values(t, d + 16, groups * 16, steps, a->partials + first, type, queries);
    }
}

BN_INLINE void attend_codes(const struct bn_attention_args *a, const enum bn_kv_type type)
{
    struct q8_tile t;
    t.kv = a->kv;
    for (int done = 0, step; done < a->n; done += step) {
        step = a->n - done >= QUERIES ? QUERIES : 1;
        if (step == QUERIES)
            q8_attend(&t, a, done, type, QUERIES);
        else
            q8_attend(&t, a, done, type, 1);
    }
}

static void attend_q8_0(const struct bn_attention_args *a) { attend_codes(a, BN_KV_Q8_0); }
static void attend_q4_0(const struct bn_attention_args *a) { attend_codes(a, BN_KV_Q4_0); }
