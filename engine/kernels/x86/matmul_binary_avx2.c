/* matmul_binary_avx2.c - matmul_binary_256_tmpl.h with vpmaddubsw. A 16-bit lane gains at most 8 * 2 * 127 = 2032 from
 * a chunk, so sixteen chunks fit below 32,768. */
#include <immintrin.h>

#define FLUSH_CHUNKS      16
#define DOT(sum, bit, x)  _mm256_add_epi16(sum, _mm256_maddubs_epi16(bit, x))
#define FLUSH(total, sum) _mm256_add_epi32(total, _mm256_madd_epi16(sum, _mm256_set1_epi16(1)))
#include "engine/kernels/x86/matmul_binary_256_tmpl.h"

BN_KERNEL(matmul_binary, avx2, BN_CPU_AVX2, matmul);
