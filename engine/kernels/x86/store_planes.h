/* store_planes.h - integer sums become results of matmul_wrq (two planes) and matmul_binary (one). With codes 0..3 or
 * 0..1 as the unsigned side of a product, sum b x = 2 sum p x - sum x. */
#ifndef BN_KERNELS_STORE_PLANES_H
#define BN_KERNELS_STORE_PLANES_H
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/kernels.h"

/* y of row m for token t. code: sum of (2 p1 + p2) x, or of p x; second: of p2 x. */
BN_INLINE void store_row(const struct bn_ternary_args *a, const int planes, int m, int t, int32_t code, int32_t second)
{
    float *y = a->y + (size_t)t * a->y_stride + (size_t)m;
    if (planes == 1) {
        *y = (float)(2 * code - a->x_sum[t]) * (a->x_scale[t] * a->w_scale[(size_t)m * (size_t)a->w_scale_step]);
        return;
    }
    const float *s = a->w_scale + 2 * (size_t)m;
    float d1 = (float)(code - second - a->x_sum[t]), d2 = (float)(2 * second - a->x_sum[t]);
    *y = a->x_scale[t] * (d1 * s[0] + d2 * s[1]);
}

/* `rows` rows from m on, `apart` rows from one to the next, for token t. */
BN_INLINE void store_planes(const struct bn_ternary_args *a, const int planes, int m, int apart, int t, __m128i code,
                            __m128i second, const int rows)
{
    int32_t c[4], s[4];
    _mm_storeu_si128((__m128i *)c, code);
    _mm_storeu_si128((__m128i *)s, second);
    for (int r = 0; r < rows; r++) store_row(a, planes, m + r * apart, t, c[r], s[r]);
}

/* Row m for `tokens` tokens from t on. */
BN_INLINE void store_tokens(const struct bn_ternary_args *a, const int planes, int m, int t, __m128i code,
                            __m128i second, const int tokens)
{
    int32_t c[4], s[4];
    _mm_storeu_si128((__m128i *)c, code);
    _mm_storeu_si128((__m128i *)s, second);
    for (int i = 0; i < tokens; i++) store_row(a, planes, m, t + i, c[i], s[i]);
}
#endif
