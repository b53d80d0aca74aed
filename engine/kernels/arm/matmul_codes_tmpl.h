/* matmul_codes_tmpl.h - body of two-bit codes times int8 over all rows and tokens, in tiles of rows x four tokens.
 *
 * The including file defines PLANES and store of matmul_codes_tile_tmpl.h.
 * Gives: matmul. */
#include "engine/kernels/arm/matmul_codes_tile_tmpl.h"

#ifdef __ARM_FEATURE_MATMUL_INT8
#include "engine/kernels/arm/matmul_codes_i8mm_tmpl.h"
#define FULL_TILE(a, m, t) full_tile(a, m, t)
#else
#define FULL_TILE(a, m, t) tile(a, m, t, TILE_ROWS, TILE_TOKENS)
#endif

BN_INLINE void column(const struct bn_ternary_args *a, int begin, int end, int t, const int tokens)
{
    int m = begin;
    for (; m + TILE_ROWS <= end; m += TILE_ROWS)
        if (tokens == TILE_TOKENS)
            FULL_TILE(a, m, t);
        else
            tile(a, m, t, TILE_ROWS, tokens);
    for (; m < end; m++) tile(a, m, t, 1, tokens);
}

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    int rows = (int)(BLOCK_BYTES / (a->row_bytes + 1)) / TILE_ROWS * TILE_ROWS + TILE_ROWS;
    for (int begin = row_begin; begin < row_end; begin += rows) {
        int end = row_end - begin < rows ? row_end : begin + rows, t = 0;
        for (; t + TILE_TOKENS <= a->n; t += TILE_TOKENS) column(a, begin, end, t, TILE_TOKENS);
        for (; t < a->n; t++) column(a, begin, end, t, 1);
    }
}
