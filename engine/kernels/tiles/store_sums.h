/* store_sums.h - four sums of codes become results: of four rows of ternary weights, or of two of two planes of signs,
 * where the sums of their lower bits come after those of their codes. Rows m, m + apart, ... for token t. */
#ifndef BN_KERNELS_STORE_SUMS_H
#define BN_KERNELS_STORE_SUMS_H
#include "engine/kernels/plane_sums.h"

static inline void store_ternary_sums(const struct bn_ternary_args *a, int m, int apart, int t, const int32_t sum[4])
{
    float *y = a->y + (size_t)t * a->y_stride;
    for (int r = 0; r < 4; r++, m += apart)
        y[m] = (float)(sum[r] - a->x_sum[t]) * (a->x_scale[t] * a->w_scale[(size_t)m * (size_t)a->w_scale_step]);
}

static inline void store_plane_sums(const struct bn_ternary_args *a, int m, int apart, int t, const int32_t sum[4])
{
    for (int r = 0; r < 2; r++) bn_plane_sums_store(a, 2, m + r * apart, t, sum[r], sum[2 + r]);
}
#endif
