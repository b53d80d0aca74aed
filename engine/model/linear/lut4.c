/* lut4.c - two planes of signs in the panels of kernels/lut4.h, multiplied by table look-ups: where ternary weights are
 * (ternary_layout lut3), because the same CPUs gain. Other wrq weights stay rows (wrq.c). */
#include "engine/kernels/lut4.h"
#include "engine/format/planes.h"
#include "engine/format/ternary.h"
#include "engine/model/linear/bind.h"
#include <string.h>

struct pack {
    const struct bn_kernels *kernels;
    const uint8_t *rows_at;
    uint8_t *out;
    size_t row_bytes;
    int rows, cols, n_threads;
};

static void pack_share(void *arg, int thread)
{
    const struct pack *p = arg;
    int begin, end;
    bn_share(bn_lut4_panels(p->rows), 1, thread, p->n_threads, &begin, &end);
    for (int panel = begin; panel < end; panel++) {
        int first = panel * BN_LUT4_PANEL, left = p->rows - first;
        p->kernels->pack_lut4(p->out + bn_lut4_panel_at(panel, p->cols), p->rows_at + (size_t)first * p->row_bytes,
                              p->row_bytes, left < BN_LUT4_PANEL ? left : BN_LUT4_PANEL, p->cols);
    }
}

/* Panels never make a tensor grow. */
static bool wanted(const struct bn_binder *b, const struct bn_tensor *tensor, int cols)
{
    return tensor->encoding == BN_ENC_WRQ && !b->options->float_activations &&
           !strcmp(b->options->ternary_layout, "lut3") && tensor->rows % BN_LUT4_PANEL == 0 &&
           cols <= BN_LUT4_MOST_COLS;
}

static enum bn_status bind(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    int cols = bn_ternary_padded_cols(lin->cols);
    if (!wanted(b, tensor, cols)) return BN_OK;
    struct pack p = {.kernels = b->kernels,
                     .rows_at = tensor->data,
                     .out = bn_bind_matrix(b, bn_lut4_bytes(lin->rows, cols), tensor->name),
                     .row_bytes = bn_planes_row_bytes(2, tensor->cols),
                     .rows = lin->rows,
                     .cols = cols,
                     .n_threads = bn_threads_count(b->threads)};
    lin->plane_scale = bn_bind_plane_scales(b, tensor, 2);
    if (!p.out || !lin->plane_scale) return BN_ERR_MEMORY;
    bn_threads_run(b->threads, pack_share, &p);
    bn_bind_done_with(b, tensor);
    lin->form = &bn_linear_lut4;
    lin->data = p.out;
    lin->row_bytes = p.row_bytes; /* a row's share of its panel */
    return BN_OK;
}

static void multiply(const struct bn_kernels *k, const struct bn_linear *lin, const struct bn_linear_input *in,
                     int first, int n, float *y, size_t y_stride, int r0, int r1)
{
    struct bn_ternary_args args = bn_linear_ternary_args(lin, in, first, n, y, y_stride);
    args.w_scale = lin->plane_scale;
    k->matmul_lut4(&args, r0, r1);
}

/* Tokens are cut first, as in lut3.c. */
const struct bn_linear_form bn_linear_lut4 = {.name = "lut4",
                                              .has_codes = true,
                                              .token_codes = true,
                                              .row_grain = BN_LUT4_PANEL,
                                              .token_grain = 48,
                                              .bind = bind,
                                              .prepare = bn_linear_prepare_ternary,
                                              .multiply = multiply};
