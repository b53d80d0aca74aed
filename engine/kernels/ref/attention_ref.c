/* attention_ref.c - specification: one query after the other against one segment of positions (see struct
 * bn_attention_args). head_dim is a multiple of 16 (32 for Q8_0).
 *  score of a position = sum over d ascending of q[d] * k[d] by fmaf; Q8_0: per 32 dims c = sum of q[d] * code, and the
 *      score = fmaf(c, scale, score);
 *  max: lane i over positions i modulo 16 by (a > b ? a : b) from -infinity, new value as a; then the tree of bn_reduce16;
 *  sum: lane i adds exp(score - max) over positions i modulo 16; then bn_reduce16;
 *  o[d] = sum over positions ascending of e * v[d] by fmaf; Q8_0: fmaf(e * scale, code, o[d]). */
#include "engine/kernels/kernels.h"
#include "engine/kernels/exp.h"

static float score_of(const struct bn_kv_block *kv, int pos, const float *q)
{
    size_t dim = (size_t)kv->head_dim, at = (size_t)(pos / 16) * dim * 16 + (size_t)pos % 16;
    const uint16_t *scale = kv->k_scale + (kv->type == BN_KV_Q8_0 ? (size_t)(pos / 16) * (dim / 32) * 16 + (size_t)pos % 16 : 0);
    float score = 0.0f, part = 0.0f;
    for (size_t d = 0; d < dim; d++, at += 16)
        if (kv->type == BN_KV_F16) score = fmaf(q[d], bn_f32_from_f16(((const uint16_t *)kv->k)[at]), score);
        else if (kv->type == BN_KV_F32) score = fmaf(q[d], ((const float *)kv->k)[at], score);
        else {
            part = fmaf(q[d], (float)((const int8_t *)kv->k)[at], d % 32 ? part : 0.0f);
            if (d % 32 == 31) score = fmaf(part, bn_f32_from_f16(scale[d / 32 * 16]), score);
        }
    return score;
}

static void add_value(const struct bn_kv_block *kv, int pos, float e, float *o)
{
    size_t at = (size_t)pos * (size_t)kv->head_dim;
    for (int d = 0; d < kv->head_dim; d++, at++)
        if (kv->type == BN_KV_F16) o[d] = fmaf(e, bn_f32_from_f16(((const uint16_t *)kv->v)[at]), o[d]);
        else if (kv->type == BN_KV_F32) o[d] = fmaf(e, ((const float *)kv->v)[at], o[d]);
        else o[d] = fmaf(e * bn_f32_from_f16(kv->v_scale[d / 32 * BN_SEGMENT + pos]), (float)((const int8_t *)kv->v)[at], o[d]);
}

static float max16(float lane[16])
{
    for (int width = 8; width > 0; width /= 2)
        for (int i = 0; i < width; i++) lane[i] = lane[i] > lane[i + width] ? lane[i] : lane[i + width];
    return lane[0];
}

static void attend(const struct bn_kv_block *kv, int n, const float *q, float *partial)
{
    float score[BN_SEGMENT], max_lane[16], sum_lane[16] = {0}, *o = partial + 2;
    for (int i = 0; i < 16; i++) max_lane[i] = -INFINITY;
    for (int i = 0; i < n; i++) {
        score[i] = score_of(kv, i, q);
        max_lane[i % 16] = score[i] > max_lane[i % 16] ? score[i] : max_lane[i % 16];
    }
    float max = max16(max_lane);
    for (int d = 0; d < kv->head_dim; d++) o[d] = 0.0f;
    for (int i = 0; i < n; i++) {
        float e = bn_exp(score[i] - max);
        sum_lane[i % 16] += e;
        add_value(kv, i, e, o);
    }
    partial[0] = max;
    partial[1] = bn_reduce16(sum_lane);
}

static void attention(const struct bn_attention_args *a)
{
    for (int i = 0; i < a->n; i++) attend(a->kv, a->seen[i], a->q[i], a->partials[i]);
}

BN_KERNEL(attention, ref, BN_CPU_ANY, attention);
