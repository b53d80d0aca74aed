/* attention_ref.c - specification: one query after another against one segment of positions (see struct
 * bn_attention_args). head_dim is a multiple of 16 (32 for Q8_0 and Q4_0).
 *  score of a position = sum over d ascending of q[d] * k[d] by fmaf;
 *  max: lane i over positions i modulo 16 by (a > b ? a : b) from -infinity, new value as a; then the tree of
 * bn_reduce16; sum: lane i adds exp(score - max) over positions i modulo 16; then bn_reduce16; o[d] = sum over
 * positions ascending of e * v[d] by fmaf. Q8_0, Q4_0: dot products are exact sums of 16-bit codes times the cache's,
 * so that they may run in any order. Codes of n numbers are x * (top / max |x|) rounded half to even (all 0 when the
 * largest is below 1e-30; NaN is 0), a step is max |x| / top. score: codes of the query, top BN_Q8_QUERY_TOP, over all
 * of head_dim; for every 32 dims, ascending, score = fmaf(sum of codes, scale, score); then times the step; o[d]: for
 * every 32 dims codes of e * scale over the positions seen, top BN_Q8_WEIGHT_TOP; o[d] = sum of codes * v[d], times the
 * step. */
#include "engine/kernels/ref/scores.h"

static void add_value(const struct bn_kv_block *kv, int pos, float e, float *o)
{
    size_t at = (size_t)pos * (size_t)kv->head_dim;
    for (int d = 0; d < kv->head_dim; d++, at++)
        o[d] = fmaf(
            e, kv->type == BN_KV_F16 ? bn_f16_to_f32(((const uint16_t *)kv->v)[at]) : ((const float *)kv->v)[at], o[d]);
}

/* ---- Q8_0 and Q4_0 ---- */
/* Dims d to d + 31 of o. */
static void q8_values(const struct bn_kv_block *kv, int n, const float *e, size_t d, float *o)
{
    float weight[BN_SEGMENT];
    for (size_t i = 0; i < (size_t)n; i++) weight[i] = e[i] * bn_f16_to_f32(kv->v_scale[d / 32 * BN_SEGMENT + i]);
    float most = largest(weight, n);
    for (size_t j = d; j < d + 32; j++) {
        int32_t sum = 0;
        for (size_t i = 0; i < (size_t)n; i++)
            sum += code(weight[i], most, BN_Q8_WEIGHT_TOP) * bn_kv_value_code(kv, i, j);
        o[j] = (float)sum * (most / BN_Q8_WEIGHT_TOP);
    }
}

/* ---- both ---- */
static float max16(float lane[16])
{
    for (int width = 8; width > 0; width /= 2)
        for (int i = 0; i < width; i++) lane[i] = lane[i] > lane[i + width] ? lane[i] : lane[i + width];
    return lane[0];
}

/* score[0..n) to e; *sum their sum; returns max. */
static float softmax(float *score, int n, float *sum)
{
    float max_lane[16], sum_lane[16] = {0};
    for (int i = 0; i < 16; i++) max_lane[i] = -INFINITY;
    for (int i = 0; i < n; i++) max_lane[i % 16] = score[i] > max_lane[i % 16] ? score[i] : max_lane[i % 16];
    float max = max16(max_lane);
    for (int i = 0; i < n; i++) sum_lane[i % 16] += score[i] = bn_exp(score[i] - max);
    *sum = bn_reduce16(sum_lane);
    return max;
}

static void attend(const struct bn_kv_block *kv, int n, const float *q, float *partial)
{
    float e[BN_SEGMENT], *o = partial + 2;
    bool q8 = bn_kv_has_scales(kv->type);
    scores(kv, n, q, e);
    partial[0] = softmax(e, n, &partial[1]);
    for (int d = 0; d < kv->head_dim; d++) o[d] = 0.0f;
    if (q8)
        for (int d = 0; d < kv->head_dim; d += 32) q8_values(kv, n, e, (size_t)d, o);
    else
        for (int i = 0; i < n; i++) add_value(kv, i, e[i], o);
}

static void attention(const struct bn_attention_args *a)
{
    for (int i = 0; i < a->n; i++) attend(a->kv, a->seen[i], a->q[i], a->partials[i]);
}

BN_KERNEL(attention, ref, BN_CPU_ANY, attention);
