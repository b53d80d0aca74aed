/* matmul_binary_avx2.c - matmul_planes_tile_tmpl.h with vpmaddubsw. A 16-bit lane gains at most 8 * 2 * 127 = 2032 from
 * a block, so sixteen blocks fit below 32,768. */
#include "engine/kernels/x86/vector256.h"

#define PLANES            1
#define FLUSH_BLOCKS      16
#define DOT(sum, code, x) _mm256_add_epi16(sum, _mm256_maddubs_epi16(code, x))
#define FLUSH(total, sum) _mm256_add_epi32(total, _mm256_madd_epi16(sum, _mm256_set1_epi16(1)))
#include "engine/kernels/tiles/matmul_planes_tile_tmpl.h"

BN_KERNEL(matmul_binary, avx2, BN_CPU_AVX2, matmul);
