/* wrq.c - two planes of signs with two scales a row (weighted residual quantisation), two bits a weight, multiplied by
 * int8 activations in one pass. */
#include "engine/format/planes.h"
#include "engine/model/linear/bind.h"

enum { PLANES = 2 };

static enum bn_status bind(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    if (tensor->encoding != BN_ENC_WRQ || b->options->float_activations) return BN_OK;
    lin->plane_scale = bn_bind_plane_scales(b, tensor, PLANES);
    if (!lin->plane_scale) return BN_ERR_MEMORY;
    lin->form = &bn_linear_wrq;
    lin->row_bytes = bn_planes_row_bytes(PLANES, tensor->cols);
    return bn_bind_stored(b, lin, tensor->data, tensor->name);
}

static void multiply(const struct bn_kernels *k, const struct bn_linear *lin, const struct bn_linear_input *in,
                     int first, int n, float *y, size_t y_stride, int r0, int r1)
{
    struct bn_ternary_args args = bn_linear_ternary_args(lin, in, first, n, y, y_stride);
    args.w_scale = lin->plane_scale;
    k->matmul_wrq(&args, r0, r1);
}

static void unpack(float *row, const struct bn_linear *lin, int r)
{
    uint8_t *codes = (uint8_t *)row + 3 * (size_t)lin->cols;
    bn_planes_unpack_row(codes, PLANES, lin->data + (size_t)r * lin->row_bytes, lin->cols);
    bn_planes_floats(row, PLANES, codes, lin->plane_scale + (size_t)PLANES * (size_t)r, lin->cols);
}

const struct bn_linear_form bn_linear_wrq = {.name = "wrq",
                                             .has_codes = true,
                                             .token_codes = true,
                                             .row_grain = 16,
                                             .bind = bind,
                                             .prepare = bn_linear_prepare_ternary,
                                             .multiply = multiply,
                                             .unpack = unpack};
