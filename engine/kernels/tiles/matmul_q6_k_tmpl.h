/* matmul_q6_k_tmpl.h - body of Q6_K times int8 on vectors of 16 bytes: sums of two products |code| <= 32 times x are at
 * most 2 * 32 * 127 = 8,128, and are multiplied by the scale of their sub-block. Four rows, a quarter of the range
 * apart, share a reduction.
 *
 * Needs the vector128.h of the instruction set.
 * Gives: matmul. */
#define ROWS 4

struct block {
    uint8_t low[128], high[64];
    int8_t scale[16];
    uint16_t d;
};

/* Codes -32..31 of half `s` of quarter f of a half of a block. */
BN_INLINE VECTOR codes(const struct block *w, const int h, const int f, const int s)
{
    VECTOR low = bits(load(w->low + 64 * h + f % 2 * 32 + 16 * s), f < 2 ? 0 : 4, 15),
           high = load(w->high + 32 * h + 16 * s);
    return minus(low | (f < 2 ? bits_up(high, 4 - 2 * f, 0x30) : bits(high, 2 * f - 4, 0x30)), 32);
}

/* Exact sums of a block over four lanes. */
BN_INLINE VECTOR block_sum(const struct block *w, const int8_t *x)
{
    VECTOR sum = zero();
    BN_UNROLL for (int h = 0; h < 2; h++) BN_UNROLL for (int f = 0; f < 4; f++) BN_UNROLL for (int s = 0; s < 2;
                                                                                               s++) sum =
        add_scaled(sum, products(codes(w, h, f, s), load(x + 128 * h + 32 * f + 16 * s)), w->scale[8 * h + 2 * f + s]);
    return sum;
}

/* bn_reduce16 over vectors. */
BN_INLINE four_floats reduce(four_floats lane[16])
{
    for (int i = 0; i < 8; i++) lane[i] = v4_add(lane[i], lane[i + 8]);
    for (int i = 0; i < 4; i++) lane[i] = v4_add(lane[i], lane[i + 4]);
    return v4_add(v4_add(lane[0], lane[2]), v4_add(lane[1], lane[3]));
}

/* Token t of rows m, m + apart, ... */
BN_INLINE void tile(const struct bn_block_args *a, int m, int apart, int t, const int rows)
{
    const struct block *w[ROWS];
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    const float *x_scale = a->x_scale + (size_t)t * a->x_scale_stride;
    four_floats lane[16];
    float y[ROWS];
    for (int r = 0; r < ROWS; r++)
        w[r] = (const void *)((const char *)a->w + (size_t)(r < rows ? m + r * apart : m) * a->row_bytes);
    for (int i = 0; i < 16; i++) lane[i] = v4_set(0.0f);
    for (int b = 0; b < a->cols / 256; b++) {
        VECTOR s[ROWS];
        BN_UNROLL for (int r = 0; r < ROWS; r++) s[r] = r < rows ? block_sum(w[r] + b, x + 256 * b) : zero();
        const int32_t half[4] = {w[0][b].d, w[1][b].d, w[2][b].d, w[3][b].d};
        four_ints d;
        memcpy(&d, half, sizeof d);
        four_floats sum = v4_of_ints(sum4(s[0], s[1], s[2], s[3]));
        lane[b % 16] = v4_fma(sum, v4_mul(v4_of_f16(d), v4_set(x_scale[b])), lane[b % 16]);
    }
    four_floats total = reduce(lane);
    memcpy(y, &total, sizeof y);
    for (int r = 0; r < rows; r++) a->y[(size_t)t * a->y_stride + (size_t)(m + r * apart)] = y[r];
}

static void matmul(const struct bn_block_args *a, int row_begin, int row_end)
{
    int apart = (row_end - row_begin) / ROWS;
    for (int m = row_begin; m < row_begin + apart; m++)
        for (int t = 0; t < a->n; t++) tile(a, m, apart, t, ROWS);
    for (int m = row_begin + ROWS * apart; m < row_end; m++)
        for (int t = 0; t < a->n; t++) tile(a, m, 0, t, 1);
}
