/* matmul_codes_tile_tmpl.h - two-bit codes times int8 by dot16: a tile of rows x tokens.
 *
 * The including file defines:
 * - PLANES: 1 for codes that are summed as they are, 2 where the lower bit is summed too: half as many rows;
 * - store(a, m, t, total, rows): y of `rows` rows from m on for token t from the sums of their codes, after which with
 *   two planes come those of their lower bits.
 * Gives: tile; field, activations and operands for another one. */
#include "engine/kernels/arm/dot16.h"

#define SUMS        4 /* of a token */
#define TILE_ROWS   (SUMS / PLANES)
#define TILE_TOKENS 4
#define BLOCK_BYTES (256 << 10) /* of weights; stays in L2 while all tokens pass */

/* Codes 0..3 of field f (0..3) of sixteen bytes. */
BN_INLINE int8x16_t field(uint8x16_t w, const int f)
{
    if (f == 0) return vreinterpretq_s8_u8(vshrq_n_u8(w, 6));
    return vreinterpretq_s8_u8(vandq_u8(f == 1 ? vshrq_n_u8(w, 4) : f == 2 ? vshrq_n_u8(w, 2) : w, vdupq_n_u8(3)));
}

/* The sixteen activations that pair with field f of bytes 16i.. of a row, i counted from the start of the row. */
BN_INLINE int8x16_t activations(const int8_t *x, int i, const int f)
{
    return vld1q_s8(x + i / 4 * 256 + i % 4 * 16 + 64 * f);
}

/* What field f of some rows is multiplied as: their codes, then with two planes the lower bits. */
BN_INLINE void operands(int8x16_t code[SUMS], const uint8x16_t bytes[TILE_ROWS], const int f, const int rows)
{
    BN_UNROLL for (int r = 0; r < rows; r++)
    {
        code[r] = field(bytes[r], f);
        if (PLANES == 2) code[TILE_ROWS % SUMS + r] = vandq_s8(code[r], vdupq_n_s8(1));
    }
}

BN_INLINE void tile(const struct bn_ternary_args *a, int m, int t, const int rows, const int tokens)
{
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    int32x4_t total[SUMS][TILE_TOKENS];
    BN_UNROLL for (int r = 0; r < SUMS; r++) BN_UNROLL for (int c = 0; c < TILE_TOKENS; c++) total[r][c] =
        vdupq_n_s32(0);
    for (int i = 0; i < a->cols / 64; i++) {
        uint8x16_t bytes[TILE_ROWS];
        BN_UNROLL for (int r = 0; r < rows; r++) bytes[r] = vld1q_u8(w + (size_t)r * a->row_bytes + 16 * i);
        BN_UNROLL for (int f = 0; f < 4; f++)
        {
            int8x16_t code[SUMS];
            operands(code, bytes, f, rows);
            BN_UNROLL for (int c = 0; c < tokens; c++)
            {
                int8x16_t xv = activations(x + (size_t)c * a->x_stride, i, f);
                BN_UNROLL for (int p = 0; p < PLANES; p++)
                    BN_UNROLL for (int r = TILE_ROWS * p; r < TILE_ROWS * p + rows; r++) total[r][c] =
                        dot16(total[r][c], code[r], xv);
            }
        }
    }
    BN_UNROLL for (int c = 0; c < tokens; c++) store(
        a, m, t + c, vpaddq_s32(vpaddq_s32(total[0][c], total[1][c]), vpaddq_s32(total[2][c], total[3][c])), rows);
}
