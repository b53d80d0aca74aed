/* matmul_i2_sse41.c - matmul_i2_tile_tmpl.h with pmaddubsw (SSSE3). A 16-bit lane gains at most 8 * 2 * 3 * 127 = 6096
 * from a block (code 3 included), so five blocks fit below 32,768. */
#include "engine/kernels/tiles/store4.h"
#include "engine/kernels/x86/vector128.h"

#define TILE_TOKENS       2
#define FLUSH_BLOCKS      5
#define DOT(sum, code, x) _mm_add_epi16(sum, _mm_maddubs_epi16(code, x))
#define FLUSH(total, sum) _mm_add_epi32(total, _mm_madd_epi16(sum, _mm_set1_epi16(1)))
#include "engine/kernels/tiles/matmul_i2_tile_tmpl.h"

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end) { by_tiles(a, row_begin, row_end, 0); }

BN_KERNEL(matmul_i2, sse41, BN_CPU_SSE41, matmul);
