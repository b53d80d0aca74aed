/* matmul_i2_tile_tmpl.h - body of ternary times int8 in tiles of rows x tokens, on vectors of 16 or 32 bytes.
 *
 * The including file defines, after it has included store4.h and the vector128.h or vector256.h of its instruction set:
 * - TILE_TOKENS: tokens of a tile;
 * - FLUSH_BLOCKS: blocks of 128 weights that DOT may sum before FLUSH;
 * - DOT(sum, code, x): `sum` plus the products of unsigned codes and signed activations;
 * - FLUSH(total, sum): 32-bit totals plus `sum`.
 * Gives: by_tiles(args, row_begin, row_end, t), which computes the tokens from t on. */
#define TILE_ROWS   4
#define BLOCK_BYTES (256 << 10) /* of weights; stays in L2 while all tokens pass */

/* Codes of field f of bytes of I2_S. */
BN_INLINE VECTOR field(VECTOR w, const int f) { return bits(w, 6 - 2 * f, 3); }

/* The blocks begin..end-1 of rows `step` bytes apart: their sums added to `total`. */
BN_INLINE void blocks(const struct bn_ternary_args *a, const uint8_t *w, size_t step, const int8_t *x, int begin,
                      int end, VECTOR total[TILE_ROWS][TILE_TOKENS], const int rows, const int tokens)
{
    VECTOR sum[TILE_ROWS][TILE_TOKENS];
    BN_UNROLL for (int r = 0; r < rows; r++) BN_UNROLL for (int c = 0; c < tokens; c++) sum[r][c] = zero();
    for (int b = begin; b < end; b++) {
        const int8_t *xb = x + b / 2 * 256 + b % 2 * 32;
        BN_UNROLL for (int f = 0; f < 4; f++) BN_UNROLL for (size_t part = 0; part < 32; part += sizeof(VECTOR))
        {
            VECTOR code[TILE_ROWS];
            BN_UNROLL for (int r = 0; r < rows; r++) code[r] = field(load(w + (size_t)r * step + b * 32 + part), f);
            BN_UNROLL for (int c = 0; c < tokens; c++)
            {
                VECTOR xv = load(xb + (size_t)c * a->x_stride + 64 * f + part);
                BN_UNROLL for (int r = 0; r < rows; r++)
                {
                    sum[r][c] = DOT(sum[r][c], code[r], xv);
                    KEEP(sum[r][c]); /* otherwise gcc adds up the products first and keeps them in memory */
                }
            }
        }
    }
    BN_UNROLL for (int r = 0; r < rows; r++) BN_UNROLL for (int c = 0; c < tokens; c++) total[r][c] =
        FLUSH(total[r][c], sum[r][c]);
}

BN_INLINE void tile(const struct bn_ternary_args *a, int m, int apart, int t, const int rows, const int tokens)
{
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    VECTOR total[TILE_ROWS][TILE_TOKENS];
    int n = a->cols / 128, b = 0;
    BN_UNROLL for (int r = 0; r < TILE_ROWS; r++) BN_UNROLL for (int c = 0; c < TILE_TOKENS; c++) total[r][c] = zero();
    for (; b < n; b += FLUSH_BLOCKS)
        blocks(a, w, (size_t)apart * a->row_bytes, x, b, n - b < FLUSH_BLOCKS ? n : b + FLUSH_BLOCKS, total, rows,
               tokens);
    BN_UNROLL for (int c = 0; c < tokens; c++)
        store4(a, m, apart, t + c, sum4(total[0][c], total[1][c], total[2][c], total[3][c]), rows);
}

/* `tokens` tokens from t for rows begin..end-1: the rows of a tile are a quarter of them apart, so that they are read
 * as four ascending streams; adjacent rows are three times slower from memory. */
BN_INLINE void column(const struct bn_ternary_args *a, int begin, int end, int t, const int tokens)
{
    int apart = (end - begin) / TILE_ROWS;
    for (int m = begin; m < begin + apart; m++) tile(a, m, apart, t, TILE_ROWS, tokens);
    for (int m = begin + TILE_ROWS * apart; m < end; m++) tile(a, m, 0, t, 1, tokens);
}

/* The tokens from t on for the rows row_begin..row_end-1. */
static void by_tiles(const struct bn_ternary_args *a, int row_begin, int row_end, int t)
{
    int rows =
        a->n == 1 ? row_end - row_begin : (int)(BLOCK_BYTES / (a->row_bytes + 1)) / TILE_ROWS * TILE_ROWS + TILE_ROWS;
    for (int begin = row_begin; begin < row_end; begin += rows) {
        int end = row_end - begin < rows ? row_end : begin + rows, c = t;
        for (; c + TILE_TOKENS <= a->n; c += TILE_TOKENS) column(a, begin, end, c, TILE_TOKENS);
        for (; c < a->n; c++) column(a, begin, end, c, 1);
    }
}
