/* matmul_t5_ref.c - specification: rows of t5.h times int8 codes, summed and scaled as in matmul_i2_ref.c. */
#include "engine/kernels/t5.h"

static int32_t dot(const uint8_t *w, const int8_t *x, int cols)
{
    static const int divisor[5] = {27, 9, 3, 1, 81};
    int32_t sum = 0;
    for (int q = 0; q < (int)BN_A256_BYTES(cols); q++) {
        int byte = w[q / 320 * 64 + q % 64], code = byte / divisor[q / 64 % 5] % 3;
        sum += (code - 1) * x[q];
    }
    return sum;
}

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    for (int m = row_begin; m < row_end; m++)
        for (int t = 0; t < a->n; t++) {
            int32_t sum = dot(a->w + (size_t)m * a->row_bytes, a->x + (size_t)t * a->x_stride, a->cols);
            float scale = a->x_scale[t] * a->w_scale[(size_t)m * (size_t)a->w_scale_step];
            a->y[(size_t)t * a->y_stride + (size_t)m] = (float)sum * scale;
        }
}

BN_KERNEL(matmul_t5, ref, BN_CPU_ANY, matmul);
