/* matmul_binary_ref.c - specification: one plane of signs (format/planes.h) times int8 codes. The sum is an integer and
 * exact in any order; then y = (float)sum * (x_scale * w_scale). */
#include "engine/kernels/kernels.h"

static int32_t dot(const uint8_t *w, const int8_t *x, int cols)
{
    int32_t sum = 0;
    for (int k = 0; k < cols; k++) { /* in the order of the activations: bit j goes with the j-th 32 of 256 */
        bool positive = w[k / 256 * 32 + k % 32] >> (k % 256 / 32) & 1;
        sum += positive ? x[k] : -x[k];
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

BN_KERNEL(matmul_binary, ref, BN_CPU_ANY, matmul);
