/* matmul_i2_sse41.c - matmul_i2_tile_tmpl.h with pmaddubsw (SSSE3). A 16-bit lane gains at most 8 * 2 * 3 * 127 = 6096
 * from a block (code 3 included), so five blocks fit below 32,768. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/x86/store4.h"

#define TILE_TOKENS       2
#define FLUSH_BLOCKS      5
#define DOT(sum, code, x) _mm_add_epi16(sum, _mm_maddubs_epi16(code, x))
#define FLUSH(total, sum) _mm_add_epi32(total, _mm_madd_epi16(sum, _mm_set1_epi16(1)))
#define VECTOR            __m128i
BN_INLINE __m128i zero(void) { return _mm_setzero_si128(); }
BN_INLINE __m128i load(const void *p) { return _mm_loadu_si128(p); }
BN_INLINE __m128i field(__m128i w, const int f)
{
    return _mm_and_si128(f < 3 ? _mm_srli_epi16(w, 6 - 2 * f) : w, _mm_set1_epi8(3));
}
BN_INLINE __m128i sum4(__m128i a, __m128i b, __m128i c, __m128i d)
{
    return _mm_hadd_epi32(_mm_hadd_epi32(a, b), _mm_hadd_epi32(c, d));
}
#include "engine/kernels/x86/matmul_i2_tile_tmpl.h"

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end) { by_tiles(a, row_begin, row_end, 0); }

BN_KERNEL(matmul_i2, sse41, BN_CPU_SSE41, matmul);
