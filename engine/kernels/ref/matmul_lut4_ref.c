/* matmul_lut4_ref.c - specification: panels of lut4.h times int8 codes, summed and scaled as in matmul_wrq_ref.c. */
#include "engine/kernels/lut4.h"

static void dot(int32_t sum[2], const struct bn_ternary_args *a, int m, const int8_t *x)
{
    const uint8_t *panel = a->w + bn_lut4_panel_at(m / BN_LUT4_PANEL, a->cols);
    int lane = m % 16 * 2 + m % 32 / 16;
    sum[0] = sum[1] = 0;
    for (int k = 0; k < a->cols; k++) {
        int byte = k / 128 * 32 + k % 32, f = k % 128 / 32, q = x[bn_a256_index(k)],
            signs = panel[byte / 2 * BN_LUT4_WORD_BYTES + 2 * lane + byte % 2];
        sum[0] += signs >> (3 - f) & 1 ? q : -q;
        sum[1] += signs >> (7 - f) & 1 ? q : -q;
    }
}

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    for (int m = row_begin; m < row_end; m++)
        for (int t = 0; t < a->n; t++) {
            int32_t sum[2];
            dot(sum, a, m, a->x + (size_t)t * a->x_stride);
            float first = (float)sum[0] * a->w_scale[2 * m], second = (float)sum[1] * a->w_scale[2 * m + 1];
            a->y[(size_t)t * a->y_stride + (size_t)m] = a->x_scale[t] * (first + second);
        }
}

BN_KERNEL(matmul_lut4, ref, BN_CPU_ANY, matmul);
