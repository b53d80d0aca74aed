/* float.c - F32, F16 and BF16 weights with float activations, and everything that no other form takes, as floats. */
#include "engine/format/half.h"
#include "engine/model/linear/bind.h"
#include <string.h>

typedef bn_matmul_f32_fn matmul_fn; /* all of them have this type */

static matmul_fn *kernel(const struct bn_kernels *k, enum bn_encoding encoding)
{
    switch (encoding) {
    case BN_ENC_F32:
        return k->matmul_f32;
    case BN_ENC_F16:
        return k->matmul_f16;
    case BN_ENC_BF16:
        return k->matmul_bf16;
    default:
        return NULL;
    }
}

static void row_to_f16(uint8_t *out, const struct bn_tensor *tensor, int64_t row, float *buffer)
{
    bn_encoding_traits(tensor->encoding)->unpack_row(buffer, tensor->data, tensor->rows, tensor->cols, row);
    uint16_t *half = (uint16_t *)(void *)out;
    for (int64_t k = 0; k < tensor->cols; k++) half[k] = bn_f32_to_f16(buffer[k]);
}

static void row_to_f32(uint8_t *out, const struct bn_tensor *tensor, int64_t row, float *buffer)
{
    (void)buffer;
    bn_encoding_traits(tensor->encoding)
        ->unpack_row((float *)(void *)out, tensor->data, tensor->rows, tensor->cols, row);
}

/* float_activations unpacks to F32. Ternary weights with scales inside rows, and the rare block encodings without a
 * kernel, become F16, which holds every scale times a code exactly. */
static enum bn_status bind(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    lin->form = &bn_linear_float;
    if (kernel(b->kernels, tensor->encoding)) return bn_bind_as_is(b, lin, tensor);
    bool wide = b->options->float_activations;
    lin->encoding = wide ? BN_ENC_F32 : BN_ENC_F16;
    return bn_bind_rows(b, lin, tensor, (size_t)tensor->cols * (wide ? 4 : 2), wide ? row_to_f32 : row_to_f16);
}

static bool prepare(const struct bn_kernels *k, const struct bn_linear_input *in, int t, const float *x, int cols)
{
    float *row = in->values + (size_t)t * in->value_stride;
    (void)k;
    if (x != row) memcpy(row, x, (size_t)cols * sizeof *row);
    return true;
}

static void multiply(const struct bn_kernels *k, const struct bn_linear *lin, const struct bn_linear_input *in,
                     int first, int n, float *y, size_t y_stride, int r0, int r1)
{
    struct bn_float_args args = {.y = y,
                                 .y_stride = y_stride,
                                 .w = lin->data,
                                 .row_bytes = lin->row_bytes,
                                 .rows = lin->rows,
                                 .cols = lin->cols,
                                 .x = in->values + (size_t)first * in->value_stride,
                                 .x_stride = in->value_stride,
                                 .n = n};
    kernel(k, lin->encoding)(&args, r0, r1);
}

const struct bn_linear_form bn_linear_float = {.name = "float",
                                               .row_grain = 16,
                                               .bind = bind,
                                               .prepare = prepare,
                                               .multiply = multiply,
                                               .unpack = bn_bind_unpack_as_is};
