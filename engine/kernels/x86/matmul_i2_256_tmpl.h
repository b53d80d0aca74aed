/* matmul_i2_256_tmpl.h - body of ternary times int8 on 256-bit vectors, for AVX2 (vpmaddubsw) and AVX-VNNI (vpdpbusd):
 * tiles for few tokens, look-ups for many.
 *
 * The including file defines TILE_TOKENS, FLUSH_BLOCKS, DOT and FLUSH of matmul_i2_tile_tmpl.h.
 * Gives: matmul. */
#include "engine/kernels/tiles/store4.h"
#include "engine/kernels/x86/vector256.h"
#include "engine/kernels/tiles/matmul_i2_tile_tmpl.h"

#define TABLE_TOKENS     16
#define TABLE_LEAST      12
#define TABLE_LEAST_ROWS 96
#include "engine/kernels/x86/matmul_i2_table_tmpl.h"

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    if (a->n >= TABLE_LEAST && row_end - row_begin >= TABLE_LEAST_ROWS)
        by_table(a, row_begin, row_end);
    else
        by_tiles(a, row_begin, row_end, 0);
}
