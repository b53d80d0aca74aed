/* matmul_lut3_ref.c - specification: panels of lut3.h times int8 codes, summed and scaled as in matmul_i2_ref.c. */
#include "engine/kernels/lut3.h"

static int code_of(const uint8_t *words, int lane, int p)
{
    int code = 0;
    for (int i = 0; i < 5; i++) {
        int word = words[i * 64 + 2 * lane] | words[i * 64 + 2 * lane + 1] << 8;
        if (p / 3 == i) return word >> p % 3 * 5 & 31;
        code = code << 1 | word >> 15;
    }
    return code;
}

static int32_t dot_unit(const uint8_t *words, int lane, const int8_t *x, int n)
{
    int32_t sum = 0;
    for (int p = 0; p < 16; p++) {
        int code = code_of(words, lane, p), weight[3] = {code / 9 - 1, code / 3 % 3 - 1, code % 3 - 1};
        for (int i = 0; i < 3; i++)
            if (p + 16 * i < n) sum += weight[i] * x[p + 16 * i];
    }
    return sum;
}

static int32_t dot(const struct bn_ternary_args *a, int m, const int8_t *x)
{
    int32_t sum = 0, lane = m % 16 * 2 + m % 32 / 16, bytes = (int)BN_A256_BYTES(a->cols);
    for (int u = 0; u < bn_lut3_units(a->cols); u++)
        sum += dot_unit(a->w + bn_lut3_panel_at(m / BN_LUT3_PANEL, a->cols) + u * BN_LUT3_UNIT_BYTES, lane,
                        x + u * BN_LUT3_UNIT, bytes - u * BN_LUT3_UNIT);
    return sum;
}

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    for (int m = row_begin; m < row_end; m++)
        for (int t = 0; t < a->n; t++) {
            float scale = a->x_scale[t] * a->w_scale[(size_t)m * (size_t)a->w_scale_step];
            a->y[(size_t)t * a->y_stride + (size_t)m] = (float)dot(a, m, a->x + (size_t)t * a->x_stride) * scale;
        }
}

BN_KERNEL(matmul_lut3, ref, BN_CPU_ANY, matmul);
