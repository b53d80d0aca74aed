/* matmul_q8_0_ref.c - specification: Q8_0 weights (FORMATS.md 3.7) times int8 activations.
 * The sum of each block of 32 is an integer, exact; lane i sums (float)sum_b * (d_b * x_scale) over blocks b = i modulo
 * 16, ascending, by fmaf; then bn_reduce16. */
#include "engine/kernels/kernels.h"
#include "engine/core/half.h"
#include <math.h>

struct block {
    uint16_t d;
    int8_t q[32];
};

static float dot(const struct block *w, const int8_t *x, const float *x_scale, int cols)
{
    float lane[16] = {0};
    for (int b = 0; b < cols / 32; b++) {
        int32_t sum = 0;
        for (int j = 0; j < 32; j++) sum += w[b].q[j] * x[b * 32 + j];
        lane[b % 16] = fmaf((float)sum, bn_f16_to_f32(w[b].d) * x_scale[b / 8], lane[b % 16]);
    }
    return bn_reduce16(lane);
}

#include "engine/kernels/ref/matmul_block_tmpl.h"

BN_KERNEL(matmul_q8_0, ref, BN_CPU_ANY, matmul);
