/* matmul_i2_sve.c - matmul_codes_sve_tmpl.h for ternary weights: codes 0..2, and the sum of the activations subtracted
 * at the end. */
#include "engine/kernels/kernels.h"

#define PLANES 1
static void store(const struct bn_ternary_args *a, int m, int apart, int t, const int32_t sum[4])
{
    float *y = a->y + (size_t)t * a->y_stride;
    for (int r = 0; r < 4; r++, m += apart)
        y[m] = (float)(sum[r] - a->x_sum[t]) * (a->x_scale[t] * a->w_scale[(size_t)m * (size_t)a->w_scale_step]);
}
#include "engine/kernels/arm/matmul_codes_sve_tmpl.h"

BN_KERNEL(matmul_i2, sve, BN_CPU_SVE, matmul);
