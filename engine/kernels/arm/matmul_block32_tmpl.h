/* matmul_block32_tmpl.h - body for formats of blocks of 32 weights with one f16 scale (Q8_0, Q4_0) times int8, four
 * blocks a step.
 *
 * The including file defines:
 * - struct block: as stored, with the f16 scale `d`;
 * - int8x16x2_t load_block(const struct block *w): its 32 weights as signed bytes.
 * Gives: matmul. */
#include "engine/kernels/arm/dot16.h"
#include "engine/kernels/lanes/lanes.h"

BN_INLINE int32x4_t block_total(const struct block *w, const int8_t *x)
{
    int8x16x2_t q = load_block(w);
    return dot16(dot16(vdupq_n_s32(0), q.val[0], vld1q_s8(x)), q.val[1], vld1q_s8(x + 16));
}

/* Adds blocks b..b+3 of the `blocks` of a row to their lanes; those past the end are left unchanged. */
BN_INLINE float32x4_t add4(float32x4_t lane, const struct block *w, const int8_t *x, float x_scale, int n)
{
    int32x4_t s[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
    uint16_t d[4] = {0};
    BN_UNROLL for (int i = 0; i < 4; i++) if (i < n) s[i] = block_total(w + i, x + 32 * i), d[i] = w[i].d;
    float32x4_t sum = vcvtq_f32_s32(vpaddq_s32(vpaddq_s32(s[0], s[1]), vpaddq_s32(s[2], s[3])));
    float32x4_t next = vfmaq_f32(lane, sum, vmulq_n_f32(v4_of_f16(vld1_u16(d)), x_scale));
    return n >= 4 ? next : v4_keep(next, n, lane, 0);
}

BN_INLINE float row(const struct block *w, const int8_t *x, const float *x_scale, int blocks)
{
    float32x4_t lane[4] = {vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0)};
    for (int b = 0; b < blocks; b += 16) BN_UNROLL for (int i = 0; i < 4; i++)
        {
            int at = b + 4 * i;
            if (at < blocks) lane[i] = add4(lane[i], w + at, x + at * 32, x_scale[at / 8], blocks - at);
        }
    return v16_sum((v16){lane[0], lane[1], lane[2], lane[3]});
}

static void matmul(const struct bn_block_args *a, int row_begin, int row_end)
{
    for (int m = row_begin; m < row_end; m++) {
        const struct block *w = (const void *)((const char *)a->w + (size_t)m * a->row_bytes);
        for (int t = 0; t < a->n; t++)
            a->y[(size_t)t * a->y_stride + (size_t)m] =
                row(w, a->x + (size_t)t * a->x_stride, a->x_scale + (size_t)t * a->x_scale_stride, a->cols / 32);
    }
}
