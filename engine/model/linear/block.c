/* block.c - block-quantised weights (Q8_0, Q4_0, Q6_K) as stored, multiplied by int8 activations with a scale for every
 * 256. */
#include "engine/model/linear/bind.h"

typedef bn_matmul_q8_0_fn matmul_fn; /* all of them have this type */

static matmul_fn *kernel(const struct bn_kernels *k, enum bn_encoding encoding)
{
    switch (encoding) {
    case BN_ENC_Q8_0:
        return k->matmul_q8_0;
    case BN_ENC_Q4_0:
        return k->matmul_q4_0;
    case BN_ENC_Q6_K:
        return k->matmul_q6_k;
    default:
        return NULL;
    }
}

static enum bn_status bind(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    if (!kernel(b->kernels, tensor->encoding)) return BN_OK;
    lin->form = &bn_linear_block;
    return bn_bind_as_is(b, lin, tensor);
}

static bool prepare(const struct bn_kernels *k, const struct bn_linear_input *in, int t, const float *x, int cols)
{
    size_t row = (size_t)t;
    k->quantize_b256(in->codes + row * in->code_stride, in->block_scale + row * in->block_stride, x, cols);
    return in->block_scale[row * in->block_stride] > 0;
}

static void multiply(const struct bn_kernels *k, const struct bn_linear *lin, const struct bn_linear_input *in,
                     int first, int n, float *y, size_t y_stride, int r0, int r1)
{
    size_t t = (size_t)first;
    struct bn_block_args args = {.y = y,
                                 .y_stride = y_stride,
                                 .w = lin->data,
                                 .row_bytes = lin->row_bytes,
                                 .rows = lin->rows,
                                 .cols = lin->cols,
                                 .x = in->codes + t * in->code_stride,
                                 .x_stride = in->code_stride,
                                 .x_scale = in->block_scale + t * in->block_stride,
                                 .x_scale_stride = in->block_stride,
                                 .n = n,
                                 .scratch = in->scratch};
    kernel(k, lin->encoding)(&args, r0, r1);
}

const struct bn_linear_form bn_linear_block = {.name = "block",
                                               .has_codes = true,
                                               .row_grain = 16,
                                               .bind = bind,
                                               .prepare = prepare,
                                               .multiply = multiply,
                                               .unpack = bn_bind_unpack_as_is};
