/* f32.c - ternary weights as floats, and a pass each for quantisation, product and scaling: what a framework without
 * kernels for them does (--kernel_backend generic). The baseline that fused forms are measured against.
 *
 * The floats are the codes -1, 0 and 1, the activations are their int8 codes as floats, so every sum is a whole number;
 * as long as it fits 24 bits the product is exact in any order, and the scaled result has the bits of the integer
 * forms.
 */
#include "engine/format/ternary.h"
#include "engine/model/linear/bind.h"
#include <string.h>

enum {
    LEAST_COLS = 32,                  /* a row's buffer has room for 128 codes */
    MOST_COLS = (1 << 24) / (2 * 127) /* the damaged code 3 counts as 2 */
};

static void row_to_f32(uint8_t *out, const struct bn_tensor *tensor, int64_t row, float *buffer)
{
    float *values = (float *)(void *)out;
    int8_t *codes = (int8_t *)buffer;
    bn_ternary_codes_row(codes, tensor, row);
    for (int64_t k = 0; k < tensor->cols; k++) values[k] = (float)codes[k];
}

static enum bn_status bind(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    if (!lin->w_scale || strcmp(b->options->ternary_layout, "f32")) return BN_OK;
    if (tensor->cols < LEAST_COLS || tensor->cols > MOST_COLS) return BN_OK;
    lin->form = &bn_linear_f32;
    lin->encoding = BN_ENC_F32;
    return bn_bind_rows(b, lin, tensor, (size_t)tensor->cols * sizeof(float), row_to_f32);
}

static bool prepare(const struct bn_kernels *k, const struct bn_linear_input *in, int t, const float *x, int cols)
{
    const int8_t *codes = in->codes + (size_t)t * in->code_stride;
    float *values = in->values + (size_t)t * in->value_stride;
    bool good = bn_linear_prepare_ternary(k, in, t, x, cols);
    for (int c = 0; c < cols; c++) values[c] = (float)codes[bn_a256_index(c)];
    return good;
}

static void multiply(const struct bn_kernels *k, const struct bn_linear *lin, const struct bn_linear_input *in,
                     int first, int n, float *y, size_t y_stride, int r0, int r1)
{
    bn_linear_float.multiply(k, lin, in, first, n, y, y_stride, r0, r1);
    for (int t = 0; t < n; t++)
        for (int r = r0; r < r1; r++)
            y[(size_t)t * y_stride + (size_t)r] *= in->scale[first + t] * lin->w_scale[r * lin->w_scale_step];
}

const struct bn_linear_form bn_linear_f32 = {.name = "f32",
                                             .layout = "f32",
                                             .has_codes = true,
                                             .token_codes = true,
                                             .row_grain = 16,
                                             .bind = bind,
                                             .prepare = prepare,
                                             .multiply = multiply};
