/* binary.c - one plane of signs with a scale for each row, one bit a weight, multiplied by int8 activations. */
#include "engine/format/planes.h"
#include "engine/model/linear/bind.h"

static enum bn_status bind(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    if (tensor->encoding != BN_ENC_BINARY || b->options->float_activations) return BN_OK;
    lin->w_scale = bn_bind_plane_scales(b, tensor, 1);
    if (!lin->w_scale) return BN_ERR_MEMORY;
    lin->form = &bn_linear_binary;
    lin->w_scale_step = 1;
    lin->row_bytes = bn_planes_row_bytes(1, tensor->cols);
    return bn_bind_stored(b, lin, tensor->data, tensor->name);
}

static void multiply(const struct bn_kernels *k, const struct bn_linear *lin, const struct bn_linear_input *in,
                     int first, int n, float *y, size_t y_stride, int r0, int r1)
{
    struct bn_ternary_args args = bn_linear_ternary_args(lin, in, first, n, y, y_stride);
    args.cols = (int)bn_planes_padded_cols(1, lin->cols);
    k->matmul_binary(&args, r0, r1);
}

static void unpack(float *row, const struct bn_linear *lin, int r)
{
    uint8_t *codes = (uint8_t *)row + 3 * (size_t)lin->cols;
    bn_planes_unpack_row(codes, 1, lin->data + (size_t)r * lin->row_bytes, lin->cols);
    bn_planes_floats(row, 1, codes, &(float){1}, lin->cols);
}

const struct bn_linear_form bn_linear_binary = {.name = "binary",
                                                .has_codes = true,
                                                .token_codes = true,
                                                .row_grain = 16,
                                                .bind = bind,
                                                .prepare = bn_linear_prepare_ternary,
                                                .multiply = multiply,
                                                .unpack = unpack};
