/* lut3.c - ternary rows in the panels of kernels/lut3.h, multiplied by table look-ups. */
#include "engine/kernels/lut3.h"
#include "engine/format/ternary.h"
#include "engine/model/linear/bind.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 256 };

struct pack {
    const struct bn_kernels *kernels;
    const struct bn_tensor *tensor;
    const uint8_t *rows;    /* I2_S rows in place, or NULL */
    uint8_t *out, *buffers; /* [n_threads][BN_LUT3_PANEL] rows, where they are not in place */
    size_t row_bytes;
    int cols, n_threads;
    bool bad[MOST_THREADS]; /* by thread */
};

/* The I2_S rows of a panel. */
static const uint8_t *panel_rows(const struct pack *p, int thread, int first, int count)
{
    if (p->rows) return p->rows + (size_t)first * p->row_bytes;
    uint8_t *buffer = p->buffers + (size_t)thread * BN_LUT3_PANEL * p->row_bytes;
    for (int r = 0; r < count; r++) bn_ternary_row(buffer + (size_t)r * p->row_bytes, p->tensor, first + r);
    return buffer;
}

static void pack_share(void *arg, int thread)
{
    struct pack *p = arg;
    int rows = (int)p->tensor->rows, begin, end;
    bn_share(bn_lut3_panels(rows), 1, thread, p->n_threads, &begin, &end);
    for (int panel = begin; panel < end; panel++) {
        int first = panel * BN_LUT3_PANEL, count = rows - first < BN_LUT3_PANEL ? rows - first : BN_LUT3_PANEL;
        const uint8_t *i2 = panel_rows(p, thread, first, count);
        for (int r = 0; r < count; r++)
            if (bn_ternary_row_is_bad(i2 + (size_t)r * p->row_bytes, p->tensor->cols))
                p->bad[thread % MOST_THREADS] = true;
        p->kernels->pack_lut3(p->out + bn_lut3_panel_at(panel, p->cols), i2, p->row_bytes, count, p->cols);
    }
}

/* *bad: a damaged row holds the meaningless code 3, which the layout has no room for and I2_S kernels take as +2, so
 * that `out` is of no use. */
static enum bn_status pack(struct bn_binder *b, uint8_t *out, const struct bn_tensor *tensor, bool *bad)
{
    struct pack p = {.kernels = b->kernels,
                     .tensor = tensor,
                     .rows = bn_ternary_rows_in_place(tensor),
                     .out = out,
                     .row_bytes = bn_ternary_row_bytes(tensor->cols),
                     .cols = bn_ternary_padded_cols(tensor->cols),
                     .n_threads = bn_threads_count(b->threads)};
    size_t bytes = p.rows ? 1 : (size_t)p.n_threads * BN_LUT3_PANEL * p.row_bytes;
    p.buffers = malloc(bytes);
    if (!p.buffers) return bn_fail_memory(b->err, tensor->name, bytes);
    bn_threads_run(b->threads, pack_share, &p);
    free(p.buffers);
    *bad = memchr(p.bad, true, sizeof p.bad) != NULL;
    return BN_OK;
}

static bool wanted(const struct bn_binder *b, const struct bn_linear *lin)
{
    if (!lin->w_scale || strcmp(b->options->ternary_layout, "lut3")) return false;
    /* panels never make a tensor grow */
    return bn_lut3_bytes(lin->rows, bn_ternary_padded_cols(lin->cols)) <=
           (size_t)lin->rows * bn_ternary_row_bytes(lin->cols);
}

static enum bn_status pack_anew(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor,
                                size_t bytes, bool *bad)
{
    uint8_t *out = bn_bind_matrix(b, bytes, tensor->name);
    if (!out) return BN_ERR_MEMORY;
    enum bn_status status = pack(b, out, tensor, bad);
    if (status != BN_OK || *bad) return status;
    bn_bind_done_with(b, tensor);
    lin->data = out;
    return BN_OK;
}

/* A damaged tensor that cannot be packed keeps its rows and its results: the next form takes it. */
static enum bn_status bind(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    if (!wanted(b, lin)) return BN_OK;
    size_t bytes = bn_lut3_bytes(lin->rows, bn_ternary_padded_cols(lin->cols));
    enum bn_status status = bn_bind_blocked(b, lin, tensor, bytes);
    bool bad = false;
    if (status == BN_OK && !lin->data) status = pack_anew(b, lin, tensor, bytes, &bad);
    if (status != BN_OK || bad) return status;
    lin->form = &bn_linear_lut3;
    lin->encoding = BN_ENC_I2_S;
    lin->row_bytes = bytes / (size_t)lin->rows; /* a row's share of its panel */
    return BN_OK;
}

static void multiply(const struct bn_kernels *k, const struct bn_linear *lin, const struct bn_linear_input *in,
                     int first, int n, float *y, size_t y_stride, int r0, int r1)
{
    struct bn_ternary_args args = bn_linear_ternary_args(lin, in, first, n, y, y_stride);
    k->matmul_lut3(&args, r0, r1);
}

/* Tables are made for every token and used for all rows of a thread, so tokens are cut first, as long as a thread keeps
 * enough of them to make taking the weights apart worth while. */
const struct bn_linear_form bn_linear_lut3 = {.name = "lut3",
                                              .layout = "lut3",
                                              .has_codes = true,
                                              .token_codes = true,
                                              .row_grain = BN_LUT3_PANEL,
                                              .token_grain = 48,
                                              .bind = bind,
                                              .prepare = bn_linear_prepare_ternary,
                                              .multiply = multiply};
