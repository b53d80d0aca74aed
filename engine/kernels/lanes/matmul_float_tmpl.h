/* matmul_float_tmpl.h - body of float matmul in tiles of rows x tokens, one accumulator of sixteen lanes for each pair.
 *
 * The including file defines:
 * - ELEMENT: the type of a stored weight;
 * - LOAD(p), LOAD_N(p, n): sixteen weights at p, or the first n of them and zeros, as v16.
 * Gives: matmul. */
#include "engine/kernels/lanes/lanes.h"

#define TILE_ROWS   4
#define TILE_TOKENS (V16_REGISTERS >= 32 ? 5 : 1)

BN_INLINE void tile(const struct bn_float_args *a, int m, int t, const int rows, const int tokens)
{
    v16 sum[TILE_ROWS][TILE_TOKENS], wv[TILE_ROWS];
    const ELEMENT *w[TILE_ROWS];
    const float *x[TILE_TOKENS];
    int k = 0;
    BN_UNROLL for (int r = 0; r < rows; r++)
    {
        w[r] = (const void *)((const char *)a->w + (size_t)(m + r) * a->row_bytes);
        BN_UNROLL for (int c = 0; c < tokens; c++) sum[r][c] = v16_set(0.0f);
    }
    BN_UNROLL for (int c = 0; c < tokens; c++) x[c] = a->x + (size_t)(t + c) * a->x_stride;
    for (; k + 16 <= a->cols; k += 16) {
        BN_UNROLL for (int r = 0; r < rows; r++) wv[r] = LOAD(w[r] + k);
        BN_UNROLL for (int c = 0; c < tokens; c++)
        {
            v16 xv = v16_load(x[c] + k);
            BN_UNROLL for (int r = 0; r < rows; r++) sum[r][c] = v16_fma(wv[r], xv, sum[r][c]);
        }
    }
    if (k < a->cols) { /* lanes past the end are left unchanged, so that -0 stays -0 */
        BN_UNROLL for (int r = 0; r < rows; r++)
        {
            v16 tail = LOAD_N(w[r] + k, a->cols - k);
            BN_UNROLL for (int c = 0; c < tokens; c++) sum[r][c] =
                v16_keep(v16_fma(tail, v16_load_n(x[c] + k, a->cols - k), sum[r][c]), a->cols - k, sum[r][c]);
        }
    }
    BN_UNROLL for (int c = 0; c < tokens; c++) BN_UNROLL for (int r = 0; r < rows; r++)
        a->y[(size_t)(t + c) * a->y_stride + (size_t)(m + r)] = v16_sum(sum[r][c]);
}

/* Rows m..m+rows-1 for all tokens. */
BN_INLINE void row_group(const struct bn_float_args *a, int m, const int rows)
{
    int t = 0;
    for (; t + TILE_TOKENS <= a->n; t += TILE_TOKENS) tile(a, m, t, rows, TILE_TOKENS);
    for (; t + 2 <= a->n && TILE_TOKENS > 2; t += 2) tile(a, m, t, rows, TILE_TOKENS > 2 ? 2 : 1);
    for (; t < a->n; t++) tile(a, m, t, rows, 1);
}

static void matmul(const struct bn_float_args *a, int row_begin, int row_end)
{
    int m = row_begin;
    for (; m + TILE_ROWS <= row_end; m += TILE_ROWS) row_group(a, m, TILE_ROWS);
    for (; m < row_end; m++) row_group(a, m, 1);
}
