/* pack_lut4_avx512vnni.c - rows of two planes of signs as a panel of lut4.h, two words of 32 rows at a time. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/lut4.h"
#include <immintrin.h>

/* Two words of the rows of `mask`, row_bytes apart; missing rows are 0. */
BN_INLINE __m512i two_words(const uint8_t *rows, __m512i at, __mmask16 mask)
{
    return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask, at, rows, 1);
}

/* Nibbles of two codes to their signs by plane, as the two lower columns of a nibble pair. */
BN_INLINE __m512i sort_planes(__m512i codes)
{
    const __m512i sorted = _mm512_broadcast_i32x4(_mm_setr_epi8(0x00, 0x10, 0x01, 0x11, 0x20, 0x30, 0x21, 0x31, 0x02,
                                                                0x12, 0x03, 0x13, 0x22, 0x32, 0x23, 0x33)),
                  nibble = _mm512_set1_epi8(15);
    __m512i low = _mm512_shuffle_epi8(sorted, _mm512_and_si512(codes, nibble)),
            high = _mm512_shuffle_epi8(sorted, _mm512_and_si512(_mm512_srli_epi16(codes, 4), nibble));
    return _mm512_or_si512(low, _mm512_slli_epi16(high, 2));
}

static void pack(uint8_t *panel, const uint8_t *rows, size_t row_bytes, int count, int cols)
{
    const __m512i at = _mm512_mullo_epi32(_mm512_set1_epi32((int)row_bytes),
                                          _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    uint32_t there = (uint32_t)(((uint64_t)1 << count) - 1);
    for (int byte = 0; byte < cols / 4; byte += 4, panel += 2 * BN_LUT4_WORD_BYTES) {
        __m512i low = two_words(rows + byte, at, (__mmask16)there),
                high = two_words(rows + 16 * row_bytes + byte, at, (__mmask16)(there >> 16));
        _mm512_storeu_si512(panel, sort_planes(_mm512_mask_blend_epi16(0xaaaaaaaa, low, _mm512_slli_epi32(high, 16))));
        _mm512_storeu_si512(panel + BN_LUT4_WORD_BYTES,
                            sort_planes(_mm512_mask_blend_epi16(0xaaaaaaaa, _mm512_srli_epi32(low, 16), high)));
    }
}

BN_KERNEL(pack_lut4, avx512vnni, BN_CPU_AVX512VNNI, pack);
