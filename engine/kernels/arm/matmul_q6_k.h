/* matmul_q6_k.h - Q6_K times int8: the dot product of each sixteen weights times their sub-block's scale, exact. */
#include "engine/kernels/arm/dot16.h"
#include "engine/kernels/lanes/lanes.h"

struct block {
    uint8_t low[128], high[64];
    int8_t scale[16];
    uint16_t d;
};

/* Weights -32..31 of places 16i..16i+15 of quarter f of a half, from its low and high bits. */
BN_INLINE int8x16_t weights(const uint8_t *low, const uint8_t *high, const int f, const int i)
{
    uint8x16_t l = vld1q_u8(low + f % 2 * 32 + 16 * i), h = vld1q_u8(high + 16 * i);
    l = f < 2 ? vandq_u8(l, vdupq_n_u8(15)) : vshrq_n_u8(l, 4);
    h = f == 0 ? vshlq_n_u8(h, 4) : f == 1 ? vshlq_n_u8(h, 2) : f == 2 ? h : vshrq_n_u8(h, 2);
    return vsubq_s8(vreinterpretq_s8_u8(vorrq_u8(l, vandq_u8(h, vdupq_n_u8(0x30)))), vdupq_n_s8(32));
}

BN_INLINE int32_t block_sum(const struct block *w, const int8_t *x)
{
    int32x4_t sum = vdupq_n_s32(0);
    BN_UNROLL for (int h = 0; h < 2; h++) BN_UNROLL for (int s = 0; s < 8; s++) /* sub-blocks of a half */
    {
        int8x16_t q = weights(w->low + 64 * h, w->high + 32 * h, s / 2, s % 2);
        int32x4_t dot = dot16(vdupq_n_s32(0), q, vld1q_s8(x + 128 * h + 16 * s));
        sum = vmlaq_n_s32(sum, dot, w->scale[8 * h + s]);
    }
    return vaddvq_s32(sum);
}

BN_INLINE float row(const struct block *w, const int8_t *x, const float *x_scale, int blocks)
{
    float lane[16] = {0};
    for (int b = 0; b < blocks; b++)
        lane[b % 16] = fmaf((float)block_sum(w + b, x + 256 * b), bn_f16_to_f32(w[b].d) * x_scale[b], lane[b % 16]);
    return v16_sum(v16_load(lane));
}

static void matmul(const struct bn_block_args *a, int row_begin, int row_end)
{
    for (int m = row_begin; m < row_end; m++) {
        const struct block *w = (const void *)((const char *)a->w + (size_t)m * a->row_bytes);
        for (int t = 0; t < a->n; t++)
            a->y[(size_t)t * a->y_stride + (size_t)m] =
                row(w, a->x + (size_t)t * a->x_stride, a->x_scale + (size_t)t * a->x_scale_stride, a->cols / 256);
    }
}
