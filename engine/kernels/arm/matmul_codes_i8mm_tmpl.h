/* matmul_codes_i8mm_tmpl.h - a whole tile by smmla: each instruction multiplies two operands (of two rows) by two
 * tokens, eight products for each of the four pairs.
 *
 * Needs matmul_codes_tile_tmpl.h.
 * Gives: full_tile. */

/* Two vectors of sixteen bytes as two matrices of 2 x 8: their first halves, their second halves. */
BN_INLINE int8x16x2_t pair(int8x16_t a, int8x16_t b)
{
    int64x2_t p = vreinterpretq_s64_s8(a), q = vreinterpretq_s64_s8(b);
    return (int8x16x2_t){{vreinterpretq_s8_s64(vzip1q_s64(p, q)), vreinterpretq_s8_s64(vzip2q_s64(p, q))}};
}

/* total[r][c]: operands 2r, 2r+1 times tokens 2c, 2c+1, operand by operand. */
BN_INLINE void add_field(int32x4_t total[2][2], const uint8x16_t bytes[TILE_ROWS], const int8_t *const x[4], int i,
                         const int f)
{
    int8x16_t code[SUMS];
    int8x16x2_t w[2], xv[2];
    operands(code, bytes, f, TILE_ROWS);
    BN_UNROLL for (int r = 0; r < 2; r++) w[r] = pair(code[2 * r], code[2 * r + 1]);
    BN_UNROLL for (int c = 0; c < 2; c++) xv[c] = pair(activations(x[2 * c], i, f), activations(x[2 * c + 1], i, f));
    BN_UNROLL for (int r = 0; r < 2; r++) BN_UNROLL for (int c = 0; c < 2; c++) total[r][c] =
        vmmlaq_s32(vmmlaq_s32(total[r][c], w[r].val[0], xv[c].val[0]), w[r].val[1], xv[c].val[1]);
}

BN_INLINE void full_tile(const struct bn_ternary_args *a, int m, int t)
{
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    const int8_t *x[4];
    int32x4_t total[2][2];
    for (int c = 0; c < 4; c++) x[c] = a->x + (size_t)(t + c) * a->x_stride;
    total[0][0] = total[0][1] = total[1][0] = total[1][1] = vdupq_n_s32(0);
    for (int i = 0; i < a->cols / 64; i++) {
        uint8x16_t bytes[TILE_ROWS];
        BN_UNROLL for (int r = 0; r < TILE_ROWS; r++) bytes[r] = vld1q_u8(w + (size_t)r * a->row_bytes + 16 * i);
        BN_UNROLL for (int f = 0; f < 4; f++) add_field(total, bytes, x, i, f);
    }
    BN_UNROLL for (int c = 0; c < 2; c++)
    {
        store(a, m, t + 2 * c, vuzp1q_s32(total[0][c], total[1][c]), TILE_ROWS);
        store(a, m, t + 2 * c + 1, vuzp2q_s32(total[0][c], total[1][c]), TILE_ROWS);
    }
}
