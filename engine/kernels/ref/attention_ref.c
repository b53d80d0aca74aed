/* attention_ref.c - specification: one query after another against one segment of positions (see struct
 * bn_attention_args). head_dim is a multiple of 16 (32 for Q8_0).
 *  score of a position = sum over d ascending of q[d] * k[d] by fmaf;
 *  max: lane i over positions i modulo 16 by (a > b ? a : b) from -infinity, new value as a; then the tree of
 * bn_reduce16; sum: lane i adds exp(score - max) over positions i modulo 16; then bn_reduce16; o[d] = sum over
 * positions ascending of e * v[d] by fmaf. Q8_0: dot products are exact sums of 16-bit codes times the cache's int8, so
 * that they may run in any order. Codes of n numbers are x * (top / max |x|) rounded half to even (all 0 when the
 * largest is below 1e-30; NaN is 0), a step is max |x| / top. score: codes of the query, top BN_Q8_QUERY_TOP, over all
 * of head_dim; for every 32 dims, ascending, score = fmaf(sum of codes, scale, score); then times the step; o[d]: for
 * every 32 dims codes of e * scale over the positions seen, top BN_Q8_WEIGHT_TOP; o[d] = sum of codes * v[d], times the
 * step. */
#include "engine/kernels/kernels.h"
#include "engine/kernels/exp.h"

static float score_of(const struct bn_kv_block *kv, int pos, const float *q)
{
    size_t dim = (size_t)kv->head_dim, at = (size_t)(pos / 16) * dim * 16 + (size_t)pos % 16;
    float score = 0.0f;
    for (size_t d = 0; d < dim; d++, at += 16)
        score = fmaf(
            q[d], kv->type == BN_KV_F16 ? bn_f32_from_f16(((const uint16_t *)kv->k)[at]) : ((const float *)kv->k)[at],
            score);
    return score;
}

static void add_value(const struct bn_kv_block *kv, int pos, float e, float *o)
{
    size_t at = (size_t)pos * (size_t)kv->head_dim;
    for (int d = 0; d < kv->head_dim; d++, at++)
        o[d] =
            fmaf(e, kv->type == BN_KV_F16 ? bn_f32_from_f16(((const uint16_t *)kv->v)[at]) : ((const float *)kv->v)[at],
                 o[d]);
}

/* ---- Q8_0 ---- */
static float largest(const float *x, int n)
{
    float most = 0.0f;
    for (int i = 0; i < n; i++) most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    return most;
}

/* The code of x: adding BN_EXP_MAGIC leaves the rounded product in the low bits. */
static int16_t code(float x, float most, float top)
{
    float shifted = fmaf(x, most > BN_Q8_TINY ? top / most : 0.0f, BN_EXP_MAGIC);
    return shifted != shifted ? 0 : (int16_t)bn_bits_of_float(shifted);
}

static float q8_score_of(const struct bn_kv_block *kv, int pos, const float *q, float most)
{
    size_t dim = (size_t)kv->head_dim, p = (size_t)pos;
    float score = 0.0f;
    for (size_t d = 0; d < dim; d += 32) {
        int32_t sum = 0;
        for (size_t i = d; i < d + 32; i++)
            sum += code(q[i], most, BN_Q8_QUERY_TOP) * ((const int8_t *)kv->k)[bn_q8_key_index(dim, p, i)];
        score = fmaf((float)sum, bn_f32_from_f16(kv->k_scale[(p / 16 * (dim / 32) + d / 32) * 16 + p % 16]), score);
    }
    return score * (most / BN_Q8_QUERY_TOP);
}

/* Dims d to d + 31 of o. */
static void q8_values(const struct bn_kv_block *kv, int n, const float *e, size_t d, float *o)
{
    float weight[BN_SEGMENT];
    for (size_t i = 0; i < (size_t)n; i++) weight[i] = e[i] * bn_f32_from_f16(kv->v_scale[d / 32 * BN_SEGMENT + i]);
    float most = largest(weight, n);
    for (size_t j = d; j < d + 32; j++) {
        int32_t sum = 0;
        for (size_t i = 0; i < (size_t)n; i++)
            sum += code(weight[i], most, BN_Q8_WEIGHT_TOP) * ((const int8_t *)kv->v)[bn_q8_value_index(i, j)];
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
    float e[BN_SEGMENT], *o = partial + 2, most = largest(q, kv->head_dim);
    bool q8 = kv->type == BN_KV_Q8_0;
    for (int i = 0; i < n; i++) e[i] = q8 ? q8_score_of(kv, i, q, most) : score_of(kv, i, q);
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
