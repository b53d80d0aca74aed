/* scores.h - specification of scores, for attention and for attention_scores (orders: attention_ref.c). */
#include "engine/kernels/kernels.h"
#include "engine/kernels/exp.h"

static inline float score_of(const struct bn_kv_block *kv, int pos, const float *q)
{
    size_t dim = (size_t)kv->head_dim, at = (size_t)(pos / 16) * dim * 16 + (size_t)pos % 16;
    float score = 0.0f;
    for (size_t d = 0; d < dim; d++, at += 16)
        score = fmaf(q[d],
                     kv->type == BN_KV_F16 ? bn_f16_to_f32(((const uint16_t *)kv->k)[at]) : ((const float *)kv->k)[at],
                     score);
    return score;
}

static inline float largest(const float *x, int n)
{
    float most = 0.0f;
    for (int i = 0; i < n; i++) most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    return most;
}

/* The code of x: adding BN_EXP_MAGIC leaves the rounded product in the low bits. */
static inline int16_t code(float x, float most, float top)
{
    float shifted = fmaf(x, most > BN_Q8_TINY ? top / most : 0.0f, BN_EXP_MAGIC);
    return shifted != shifted ? 0 : (int16_t)bn_bits_of_float(shifted);
}

static inline float q8_score_of(const struct bn_kv_block *kv, int pos, const float *q, float most)
{
    size_t dim = (size_t)kv->head_dim, p = (size_t)pos;
    float score = 0.0f;
    for (size_t d = 0; d < dim; d += 32) {
        int32_t sum = 0;
        for (size_t i = d; i < d + 32; i++) sum += code(q[i], most, BN_Q8_QUERY_TOP) * bn_kv_key_code(kv, p, i);
        score = fmaf((float)sum, bn_f16_to_f32(kv->k_scale[(p / 16 * (dim / 32) + d / 32) * 16 + p % 16]), score);
    }
    return score * (most / BN_Q8_QUERY_TOP);
}

/* Scores of the first n positions. */
static inline void scores(const struct bn_kv_block *kv, int n, const float *q, float *score)
{
    float most = largest(q, kv->head_dim);
    for (int i = 0; i < n; i++)
        score[i] = bn_kv_has_scales(kv->type) ? q8_score_of(kv, i, q, most) : score_of(kv, i, q);
}
