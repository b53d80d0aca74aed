/* matmul_wrq_ref.c - specification: two planes of signs (format/planes.h) times int8 codes. Both sums are integers and
 * exact in any order; then y = x_scale * ((float)D1 * s1 + (float)D2 * s2). */
#include "engine/kernels/kernels.h"

static void dot(int32_t sum[2], const uint8_t *w, const int8_t *x, int cols)
{
    sum[0] = sum[1] = 0;
    for (int k = 0; k < cols; k++) {
        int code = w[k / 128 * 32 + k % 32] >> (6 - k % 128 / 32 * 2) & 3, q = x[bn_a256_index(k)];
        sum[0] += code & 2 ? q : -q;
        sum[1] += code & 1 ? q : -q;
    }
}

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    for (int m = row_begin; m < row_end; m++)
        for (int t = 0; t < a->n; t++) {
            int32_t sum[2];
            dot(sum, a->w + (size_t)m * a->row_bytes, a->x + (size_t)t * a->x_stride, a->cols);
            float first = (float)sum[0] * a->w_scale[2 * m], second = (float)sum[1] * a->w_scale[2 * m + 1];
            a->y[(size_t)t * a->y_stride + (size_t)m] = a->x_scale[t] * (first + second);
        }
}

BN_KERNEL(matmul_wrq, ref, BN_CPU_ANY, matmul);
