/* store_planes.h - integer sums of up to four rows become results of matmul_wrq and matmul_binary. With codes 0..3 or
 * 0..1 as the unsigned side of a product, sum b x = 2 sum p x - sum x. */
#ifndef BN_KERNELS_STORE_PLANES_H
#define BN_KERNELS_STORE_PLANES_H
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/kernels.h"

/* y of `rows` rows from m on, `apart` rows from one to the next, for token t. code: sums of (2 p1 + p2) x; second: of
 * p2 x. */
BN_INLINE void store_wrq(const struct bn_ternary_args *a, int m, int apart, int t, __m128i code, __m128i second,
                         const int rows)
{
    int32_t both[4], two[4];
    _mm_storeu_si128((__m128i *)both, code);
    _mm_storeu_si128((__m128i *)two, second);
    float *y = a->y + (size_t)t * a->y_stride;
    for (int r = 0; r < rows; r++, m += apart) {
        const float *s = a->w_scale + 2 * (size_t)m;
        float d1 = (float)(both[r] - two[r] - a->x_sum[t]), d2 = (float)(2 * two[r] - a->x_sum[t]);
        y[m] = a->x_scale[t] * (d1 * s[0] + d2 * s[1]);
    }
}

/* The same from sums of p x. */
BN_INLINE void store_binary(const struct bn_ternary_args *a, int m, int apart, int t, __m128i sum, const int rows)
{
    int32_t dot[4];
    _mm_storeu_si128((__m128i *)dot, sum);
    float *y = a->y + (size_t)t * a->y_stride;
    for (int r = 0; r < rows; r++, m += apart)
        y[m] = (float)(2 * dot[r] - a->x_sum[t]) * (a->x_scale[t] * a->w_scale[(size_t)m * (size_t)a->w_scale_step]);
}
#endif
