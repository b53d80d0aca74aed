/* matmul_t5_blocks.h - rows of t5.h for several tokens: a block of rows is written out as canonical I2_S into L2 and multiplied by
 * the kernel for those. The including file defines EXPAND(codes, w, chunks), which writes 5 vectors of 64 codes for each chunk,
 * and BLOCK_KERNEL, the matmul_i2 variant. */
#define BLOCK_ROWS  64    /* what a panel of matmul_i2 takes */
#define BLOCK_COLS  16384 /* most columns: 256 KiB of rows on the stack */

struct t5_block {
    uint8_t rows[BLOCK_ROWS * BLOCK_COLS / 4 + 64];
    uint8_t codes[BLOCK_COLS + 320];
};

/* Canonical bytes of one row. */
static void to_i2(struct t5_block *b, uint8_t *out, const uint8_t *w, int cols)
{
    EXPAND(b->codes, w, (int)(BN_T5_ROW_BYTES(cols) / 64));
    const uint8_t *v = b->codes;
    for (int k = 0; k < cols; k += 256, v += 256)
        for (int p = 0; p < (cols - k < 256 ? 32 : 64); p++) *out++ = (uint8_t)(v[p] << 6 | v[64 + p] << 4 | v[128 + p] << 2 | v[192 + p]);
}

static void multiply_block(struct t5_block *b, const struct bn_ternary_args *a, int begin, int end)
{
    extern const struct bn_kernel_variant BLOCK_KERNEL;
    size_t row_bytes = (size_t)a->cols / 4;
    struct bn_ternary_args i2 = *a;
    for (int m = begin; m < end; m++) to_i2(b, b->rows + (size_t)(m - begin) * row_bytes, a->w + (size_t)m * a->row_bytes, a->cols);
    i2.w = b->rows;
    i2.row_bytes = row_bytes;
    i2.y += begin;
    i2.w_scale += (size_t)begin * (size_t)a->w_scale_step;
    ((bn_matmul_i2_fn *)BLOCK_KERNEL.function)(&i2, 0, end - begin);
}

static void matmul_by_blocks(const struct bn_ternary_args *a, int begin, int end)
{
    extern const struct bn_kernel_variant bn_kernel_matmul_t5_ref;
    struct t5_block block;
    if (a->cols > BLOCK_COLS) {
        ((bn_matmul_t5_fn *)bn_kernel_matmul_t5_ref.function)(a, begin, end);
        return;
    }
    for (int m = begin; m < end; m += BLOCK_ROWS) multiply_block(&block, a, m, end - m < BLOCK_ROWS ? end : m + BLOCK_ROWS);
}
