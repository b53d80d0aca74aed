/* vector256.h - 32-byte vectors of the integer tiles (matmul_i2_tile_tmpl.h, matmul_planes_tile_tmpl.h), AVX2. */
#ifndef BN_KERNELS_VECTOR256_H
#define BN_KERNELS_VECTOR256_H
#include "engine/kernels/lanes/lanes.h"

#define VECTOR  __m256i
#define KEEP(x) __asm__("" : "+x"(x)) /* in a register */
BN_INLINE __m256i zero(void) { return _mm256_setzero_si256(); }
BN_INLINE __m256i load(const void *p) { return _mm256_loadu_si256(p); }

/* The bits of `mask` of each byte shifted right. */
BN_INLINE __m256i bits(__m256i w, const int shift, const int mask)
{
    return _mm256_and_si256(shift ? _mm256_srli_epi16(w, shift) : w, _mm256_set1_epi8((char)mask));
}

/* The totals of four vectors of 32-bit integers. */
BN_INLINE __m128i sum4(__m256i a, __m256i b, __m256i c, __m256i d)
{
    __m256i all = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}
#endif
