/* matmul_binary_sse41.c - matmul_planes_tile_tmpl.h with pmaddubsw (SSSE3). A 16-bit lane gains at most
 * 16 * 2 * 127 = 4064 from a block, so eight blocks fit below 32,768. */
#include "engine/kernels/x86/vector128.h"

#define PLANES            1
#define FLUSH_BLOCKS      8
#define DOT(sum, code, x) _mm_add_epi16(sum, _mm_maddubs_epi16(code, x))
#define FLUSH(total, sum) _mm_add_epi32(total, _mm_madd_epi16(sum, _mm_set1_epi16(1)))
#include "engine/kernels/tiles/matmul_planes_tile_tmpl.h"

BN_KERNEL(matmul_binary, sse41, BN_CPU_SSE41, matmul);
