/* matmul_i2_256_tmpl.h - body of ternary times int8 on 256-bit vectors, for AVX2 (vpmaddubsw) and AVX-VNNI (vpdpbusd):
 * tiles for few tokens, look-ups for many.
 *
 * The including file defines TILE_TOKENS, FLUSH_BLOCKS, DOT and FLUSH of matmul_i2_tile_tmpl.h.
 * Gives: matmul. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/x86/store4.h"

#define VECTOR __m256i
BN_INLINE __m256i zero(void) { return _mm256_setzero_si256(); }
BN_INLINE __m256i load(const void *p) { return _mm256_loadu_si256(p); }
BN_INLINE __m256i field(__m256i w, const int f)
{
    return _mm256_and_si256(f < 3 ? _mm256_srli_epi16(w, 6 - 2 * f) : w, _mm256_set1_epi8(3));
}

BN_INLINE __m128i sum4(__m256i a, __m256i b, __m256i c, __m256i d)
{
    __m256i all = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}

#include "engine/kernels/x86/matmul_i2_tile_tmpl.h"

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
