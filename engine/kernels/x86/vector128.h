/* vector128.h - 16-byte vectors of the integer tiles (matmul_i2_tile_tmpl.h, matmul_planes_tile_tmpl.h), SSSE3. */
#ifndef BN_KERNELS_VECTOR128_H
#define BN_KERNELS_VECTOR128_H
#include "engine/kernels/lanes/lanes.h"

#define VECTOR __m128i
BN_INLINE __m128i zero(void) { return _mm_setzero_si128(); }
BN_INLINE __m128i load(const void *p) { return _mm_loadu_si128(p); }

/* The bits of `mask` of each byte shifted right. */
BN_INLINE __m128i bits(__m128i w, const int shift, const int mask)
{
    return _mm_and_si128(shift ? _mm_srli_epi16(w, shift) : w, _mm_set1_epi8((char)mask));
}

/* The totals of four vectors of 32-bit integers. */
BN_INLINE __m128i sum4(__m128i a, __m128i b, __m128i c, __m128i d)
{
    return _mm_hadd_epi32(_mm_hadd_epi32(a, b), _mm_hadd_epi32(c, d));
}
#endif
