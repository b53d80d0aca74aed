/* store_codes.h - integer sums of two-bit codes become results: of ternary rows, or of rows of two planes of signs. */
#ifndef BN_ARM_STORE_CODES_H
#define BN_ARM_STORE_CODES_H
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/plane_sums.h"

/* y of rows m.. for token t from the totals of four rows (of the first when `rows` is 1). */
BN_INLINE void store_ternary(const struct bn_ternary_args *a, int m, int t, int32x4_t total, const int rows)
{
    const float *ws = a->w_scale + (size_t)m * (size_t)a->w_scale_step;
    float *y = a->y + (size_t)t * a->y_stride + (size_t)m;
    float32x4_t scale = a->w_scale_step && rows == 4 ? vld1q_f32(ws) : vdupq_n_f32(*ws);
    float32x4_t sum = vcvtq_f32_s32(vsubq_s32(total, vdupq_n_s32(a->x_sum[t])));
    float32x4_t product = vmulq_f32(sum, vmulq_f32(vdupq_n_f32(a->x_scale[t]), scale));
    if (rows == 4)
        vst1q_f32(y, product);
    else
        *y = vgetq_lane_f32(product, 0);
}

/* y of rows m.. for token t from the totals of codes and second planes of two rows (of the first when `rows` is 1). */
BN_INLINE void store_wrq(const struct bn_ternary_args *a, int m, int t, int32x4_t total, const int rows)
{
    bn_plane_sums_store(a, 2, m, t, vgetq_lane_s32(total, 0), vgetq_lane_s32(total, 2));
    if (rows == 2) bn_plane_sums_store(a, 2, m + 1, t, vgetq_lane_s32(total, 1), vgetq_lane_s32(total, 3));
}
#endif
