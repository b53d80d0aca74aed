/* vector128.h - 16-byte vectors of the tiles (kernels/tiles), SSSE3. */
#ifndef BN_KERNELS_VECTOR128_H
#define BN_KERNELS_VECTOR128_H
#include "engine/kernels/lanes/lanes.h"

#define VECTOR  __m128i
#define KEEP(x) __asm__("" : "+x"(x)) /* in a register */
BN_INLINE __m128i zero(void) { return _mm_setzero_si128(); }
BN_INLINE __m128i load(const void *p) { return _mm_loadu_si128(p); }

/* The bits of `mask` of each byte shifted right; shifted left. */
BN_INLINE __m128i bits(__m128i w, const int shift, const int mask)
{
    return _mm_and_si128(shift ? _mm_srli_epi16(w, shift) : w, _mm_set1_epi8((char)mask));
}
BN_INLINE __m128i bits_up(__m128i w, const int shift, const int mask)
{
    return _mm_and_si128(_mm_slli_epi16(w, shift), _mm_set1_epi8((char)mask));
}
BN_INLINE __m128i minus(__m128i bytes, const int b) { return _mm_sub_epi8(bytes, _mm_set1_epi8((char)b)); }

/* Sums of two products of signed bytes, |w| <= 128 and |x| <= 127, as 16-bit integers: |w| times x with the sign of w;
 * their sum, each times `scale`. */
BN_INLINE __m128i products(__m128i w, __m128i x) { return _mm_maddubs_epi16(_mm_abs_epi8(w), _mm_sign_epi8(x, w)); }
BN_INLINE __m128i add_scaled(__m128i total, __m128i products, int scale)
{
    return _mm_add_epi32(total, _mm_madd_epi16(products, _mm_set1_epi16((short)scale)));
}

/* The totals of four vectors of 32-bit integers. */
BN_INLINE __m128i sum4(__m128i a, __m128i b, __m128i c, __m128i d)
{
    return _mm_hadd_epi32(_mm_hadd_epi32(a, b), _mm_hadd_epi32(c, d));
}
#endif
