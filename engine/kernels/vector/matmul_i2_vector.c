/* matmul_i2_vector.c - tiles/matmul_i2_tile_tmpl.h in vectors of the compiler: a block of 128 weights is eight DOTs. */
#include "engine/kernels/vector/vector128.h"
#include "engine/kernels/tiles/store4.h"

#define TILE_TOKENS  2
#define FLUSH_BLOCKS (V16_DOTS / 8)
#include "engine/kernels/tiles/matmul_i2_tile_tmpl.h"

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end) { by_tiles(a, row_begin, row_end, 0); }

BN_KERNEL(matmul_i2, BN_VECTOR, BN_CPU_VECTOR, matmul);
