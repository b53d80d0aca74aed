/* avx512.h - what the integer kernels for AVX-512 share. */
#ifndef BN_KERNELS_AVX512_H
#define BN_KERNELS_AVX512_H
#include <immintrin.h>
#include <stdint.h>

/* vpdpbusd in assembly: with the intrinsic, gcc 12 copies every accumulator twice in each iteration of a loop, and the
 * instructions that wait in the queues for a cache line are what limits reading from memory. */
static inline __attribute__((always_inline)) void dot_add(__m512i *sum, __m512i codes, __m512i x)
{
    __asm__("vpdpbusd %2, %1, %0" : "+v"(*sum) : "v"(codes), "v"(x));
}
static inline __attribute__((always_inline)) void dot_add_at(__m512i *sum, __m512i codes, const void *x)
{
    __asm__("vpdpbusd %2, %1, %0" : "+v"(*sum) : "v"(codes), "m"(*(const __m512i_u *)x));
}

/* Asks for the line of a row that is 2 KiB ahead: without it one core of an Emerald Rapids reads as fast as a plain
 * loop does, with it 1.25 times as fast. Models with rows below AHEAD_BYTES (1,024 columns of two bits) fit a cache,
 * where asking costs 4 % of a token (engine/performance.md). */
#define AHEAD_BYTES 256
static inline __attribute__((always_inline)) void ask_row_ahead(const uint8_t *w)
{
    _mm_prefetch((const char *)w + 2048, _MM_HINT_T0);
}

/* Adds up each 128 bits of four vectors: lane 4 l + i is the total of 128 bits l of vector i. */
static inline __m512i lanes_of4(__m512i a, __m512i b, __m512i c, __m512i d)
{
    __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    return _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
}

/* Sixteen pairs of floats, as far as `mask` says, taken apart. */
static inline void load_pairs(__m512 *first, __m512 *second, const float *pairs, __mmask16 mask)
{
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
                  odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
    uint32_t both = (uint32_t)_pdep_u32(mask, 0x55555555) * 3;
    __m512 low = _mm512_maskz_loadu_ps((__mmask16)both, pairs),
           high = _mm512_maskz_loadu_ps((__mmask16)(both >> 16), pairs + 16);
    *first = _mm512_permutex2var_ps(low, even, high);
    *second = _mm512_permutex2var_ps(low, odd, high);
}

/* The totals of four vectors of 16 integers, one a lane. */
static inline __m128i sum4(__m512i a, __m512i b, __m512i c, __m512i d)
{
    __m512i all = lanes_of4(a, b, c, d);
    __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}
#endif
