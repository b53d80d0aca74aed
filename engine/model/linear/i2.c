/* i2.c - ternary rows as I2_S has them, two bits a weight, multiplied by int8 activations. */
#include "engine/format/ternary.h"
#include "engine/model/linear/bind.h"

static void row_to_i2s(uint8_t *out, const struct bn_tensor *tensor, int64_t row, float *buffer)
{
    (void)buffer;
    bn_ternary_row(out, tensor, row);
}

static enum bn_status bind(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    if (!lin->w_scale) return BN_OK;
    const uint8_t *rows = bn_ternary_rows_in_place(tensor);
    lin->form = &bn_linear_i2;
    lin->encoding = BN_ENC_I2_S;
    lin->row_bytes = bn_ternary_row_bytes(tensor->cols);
    enum bn_status status = bn_bind_blocked(b, lin, tensor, (size_t)lin->rows * lin->row_bytes);
    if (status != BN_OK || lin->data) return status;
    return rows ? bn_bind_stored(b, lin, rows, tensor->name) : bn_bind_rows(b, lin, tensor, lin->row_bytes, row_to_i2s);
}

static void multiply(const struct bn_kernels *k, const struct bn_linear *lin, const struct bn_linear_input *in,
                     int first, int n, float *y, size_t y_stride, int r0, int r1)
{
    struct bn_ternary_args args = bn_linear_ternary_args(lin, in, first, n, y, y_stride);
    k->matmul_i2(&args, r0, r1);
}

/* Codes are unpacked into the last quarter of the row; floats written from the front never overtake them. */
static void unpack(float *row, const struct bn_linear *lin, int r)
{
    int8_t *codes = (int8_t *)row + 3 * (size_t)lin->cols;
    bn_ternary_unpack_row(codes, lin->data + (size_t)r * lin->row_bytes, lin->cols);
    for (int k = 0; k < lin->cols; k++) row[k] = (float)codes[k];
}

const struct bn_linear_form bn_linear_i2 = {.name = "i2",
                                            .layout = "i2",
                                            .has_codes = true,
                                            .token_codes = true,
                                            .row_grain = 16,
                                            .bind = bind,
                                            .prepare = bn_linear_prepare_ternary,
                                            .multiply = multiply,
                                            .unpack = unpack};
