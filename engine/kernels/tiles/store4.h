/* store4.h - integer sums of up to four rows become results of matmul_i2. */
#ifndef BN_KERNELS_STORE4_H
#define BN_KERNELS_STORE4_H
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/kernels.h"

/* y of `rows` rows from m on, `apart` rows from one to the next, for token t. */
BN_INLINE void store4(const struct bn_ternary_args *a, int m, int apart, int t, four_ints sum, const int rows)
{
    int32_t dot[4];
    memcpy(dot, &sum, sizeof dot);
    float *y = a->y + (size_t)t * a->y_stride;
    for (int r = 0; r < rows; r++, m += apart)
        y[m] = (float)(dot[r] - a->x_sum[t]) * (a->x_scale[t] * a->w_scale[(size_t)m * (size_t)a->w_scale_step]);
}
#endif
