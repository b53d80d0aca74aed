/* plane_sums.h - integer sums become results of matmul_wrq (two planes) and matmul_binary (one). With codes 0..3 or
 * 0..1 as one side of a product, sum b x = 2 sum p x - sum x. */
#ifndef BN_KERNELS_PLANE_SUMS_H
#define BN_KERNELS_PLANE_SUMS_H
#include "engine/kernels/kernels.h"

/* y of row m for token t. code: sum of (2 p1 + p2) x, or of p x; second: of p2 x. */
static inline __attribute__((always_inline)) void bn_plane_sums_store(const struct bn_ternary_args *a, const int planes,
                                                                      int m, int t, int32_t code, int32_t second)
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
#endif
