/* ternary_layout.c - the choice of a layout, and panels of lut3 packed by all threads. */
#include "engine/model/ternary_layout.h"
#include "engine/cpus/cpus.h"
#include "engine/format/ternary.h"
#include "engine/kernels/lut3.h"
#include <stdlib.h>
#include <string.h>

const char *bn_ternary_layout_for(const struct bn_model_options *options, const struct bn_kernels *kernels)
{
    extern const struct bn_kernel_variant bn_kernel_matmul_lut3_ref;
    const char *name = options->ternary_layout;
    if (name && strcmp(name, "auto")) return name;
    bool fast = (void (*)(void))kernels->matmul_lut3 != bn_kernel_matmul_lut3_ref.function;
    return fast && !options->weights_in_place ? bn_cpu_family()->ternary_layout : "i2";
}

static int padded_cols(const struct bn_tensor *tensor) { return (int)((tensor->cols + 127) / 128 * 128); }

bool bn_ternary_fits_lut3(const struct bn_tensor *tensor)
{
    return bn_lut3_bytes((int)tensor->rows, padded_cols(tensor)) <=
           (size_t)tensor->rows * bn_ternary_row_bytes(tensor->cols);
}

struct pack {
    const struct bn_kernels *kernels;
    const struct bn_tensor *tensor;
    const uint8_t *rows;    /* I2_S rows in place, or NULL */
    uint8_t *out, *buffers; /* [n_threads][BN_LUT3_PANEL] rows, where they are not in place */
    size_t row_bytes;
    int n_threads;
    bool bad[256]; /* by thread */
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
            if (bn_ternary_row_is_bad(i2 + (size_t)r * p->row_bytes, p->tensor->cols)) p->bad[thread % 256] = true;
        p->kernels->pack_lut3(p->out + bn_lut3_panel_at(panel, padded_cols(p->tensor)), i2, p->row_bytes, count,
                              padded_cols(p->tensor));
    }
}

enum bn_status bn_ternary_pack_lut3(struct bn_threads *threads, const struct bn_kernels *kernels, uint8_t *out,
                                    const struct bn_tensor *tensor, bool *bad, struct bn_error *err)
{
    struct pack p = {.kernels = kernels,
                     .tensor = tensor,
                     .rows = bn_ternary_rows_in_place(tensor),
                     .out = out,
                     .row_bytes = bn_ternary_row_bytes(tensor->cols),
                     .n_threads = bn_threads_count(threads)};
    size_t bytes = p.rows ? 1 : (size_t)p.n_threads * BN_LUT3_PANEL * p.row_bytes;
    p.buffers = malloc(bytes);
    if (!p.buffers) return bn_fail_memory(err, tensor->name, bytes);
    bn_threads_run(threads, pack_share, &p);
    free(p.buffers);
    *bad = memchr(p.bad, true, sizeof p.bad) != NULL;
    return BN_OK;
}
