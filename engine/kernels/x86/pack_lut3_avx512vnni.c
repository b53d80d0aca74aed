/* pack_lut3_avx512vnni.c - I2_S rows as a panel of lut3.h: codes of four rows at a time, then a transposition. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/lut3.h"
#include <immintrin.h>

/* Word lanes 4j .. 4j+3 of a panel are these rows. */
static int row_of_lane(int lane) { return lane / 2 + lane % 2 * 16; }

/* Rows of lanes 4j..4j+3 in this order; a missing row points at 32 columns of code 1. */
struct rows {
    const uint8_t *at[BN_LUT3_PANEL];
    size_t step[BN_LUT3_PANEL]; /* 0 for a missing row, else 1 */
};

/* Sixteen codes of four rows each: bytes 16 n .. 16 n + 15 of quantize_a256's order. */
BN_INLINE __m512i sixteen(const struct rows *rows, int j, int cols, int n)
{
    int block = n / 16 * 2 + n / 2 % 2, shift = 6 - n / 4 % 4 * 2;
    size_t at = (size_t)(block * 32 + n % 2 * 16);
    if (block >= cols / 128) return _mm512_set1_epi8(1);
    __m128i row[4];
    BN_UNROLL for (int i = 0; i < 4; i++) row[i] =
        _mm_loadu_si128((const __m128i *)(rows->at[4 * j + i] + at * rows->step[4 * j + i]));
    __m512i codes = _mm512_inserti32x4(_mm512_castsi128_si512(row[0]), row[1], 1);
    codes = _mm512_inserti32x4(_mm512_inserti32x4(codes, row[2], 2), row[3], 3);
    return _mm512_and_si512(_mm512_srl_epi16(codes, _mm_cvtsi32_si128(shift)), _mm512_set1_epi8(3));
}

BN_INLINE __m512i times3_plus(__m512i a, __m512i b)
{
    return _mm512_add_epi8(_mm512_add_epi8(a, a), _mm512_add_epi8(a, b));
}

/* 16 bytes of four rows become four bytes of 16 columns. */
BN_INLINE __m512i by_columns(__m512i v)
{
    __m512i index =
        _mm512_add_epi32(_mm512_set1_epi32(0x30201000),
                         _mm512_mullo_epi32(_mm512_set1_epi32(0x01010101),
                                            _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
    return _mm512_permutexvar_epi8(index, v);
}

/* v[j], 32-bit lane p: lanes 4j..4j+3 of code p -> codes 2i and 2i+1 as 32 bytes each in w[i]. */
BN_INLINE void transpose(__m512i w[8], const __m512i v[8])
{
    const __m512i low = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11),
                  high = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    __m512i a[8], b[8];
    BN_UNROLL for (int i = 0; i < 4;
                   i++) /* a[i]: codes 0-1, 4-5, 8-9, 12-13 of v[2i], v[2i+1]; a[4+i]: 2-3, 6-7, ... */
    {
        a[i] = _mm512_unpacklo_epi32(v[2 * i], v[2 * i + 1]);
        a[4 + i] = _mm512_unpackhi_epi32(v[2 * i], v[2 * i + 1]);
    }
    BN_UNROLL for (int h = 0; h < 2; h++)
        BN_UNROLL for (int i = 0; i < 2;
                       i++) /* codes 4c+2h (b[4h+i]) and 4c+2h+1 (b[4h+2+i]) of v[4i..4i+3], by 128 bits */
    {
        b[4 * h + i] = _mm512_unpacklo_epi64(a[4 * h + 2 * i], a[4 * h + 2 * i + 1]);
        b[4 * h + 2 + i] = _mm512_unpackhi_epi64(a[4 * h + 2 * i], a[4 * h + 2 * i + 1]);
    }
    BN_UNROLL for (int k = 0; k < 4; k++) /* code 4c+k: v[0..3] in lane c of x, v[4..7] in lane c of y */
    {
        __m512i x = b[k / 2 * 4 + k % 2 * 2], y = b[k / 2 * 4 + k % 2 * 2 + 1];
        w[k] = _mm512_permutex2var_epi64(x, low, y);
        w[4 + k] = _mm512_permutex2var_epi64(x, high, y);
    }
}

/* The codes of a unit: code p as 32 words. */
BN_INLINE void unit_codes(__m512i code[16], const struct rows *rows, int cols, int unit)
{
    __m512i v[8], w[8];
    BN_UNROLL for (int j = 0; j < 8; j++)
    {
        __m512i c = times3_plus(sixteen(rows, j, cols, 3 * unit), sixteen(rows, j, cols, 3 * unit + 1));
        v[j] = by_columns(times3_plus(c, sixteen(rows, j, cols, 3 * unit + 2)));
    }
    transpose(w, v);
    for (int p = 0; p < 16; p++) {
        /* w[k]: codes k and 4+k, w[4+k]: codes 8+k and 12+k */
        __m512i both = w[p / 8 * 4 + p % 4];
        code[p] = _mm512_cvtepu8_epi16(p / 4 % 2 ? _mm512_extracti64x4_epi64(both, 1) : _mm512_castsi512_si256(both));
    }
}

static void pack(uint8_t *out, const uint8_t *i2, size_t row_bytes, int count, int cols)
{
    static const uint8_t none[16] = {0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
                                     0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55};
    struct rows rows;
    for (int lane = 0; lane < BN_LUT3_PANEL; lane++) {
        int r = row_of_lane(lane);
        rows.step[lane] = r < count;
        rows.at[lane] = r < count ? i2 + (size_t)r * row_bytes : none;
    }
    for (int unit = 0; unit < bn_lut3_units(cols); unit++, out += BN_LUT3_UNIT_BYTES) {
        __m512i code[16];
        unit_codes(code, &rows, cols, unit);
        BN_UNROLL for (int i = 0; i < 5; i++)
        {
            __m512i last = _mm512_slli_epi16(_mm512_srl_epi16(code[15], _mm_cvtsi32_si128(4 - i)), 15);
            __m512i word = _mm512_or_si512(
                _mm512_or_si512(code[3 * i], last),
                _mm512_or_si512(_mm512_slli_epi16(code[3 * i + 1], 5), _mm512_slli_epi16(code[3 * i + 2], 10)));
            _mm512_storeu_si512(out + 64 * i, word);
        }
    }
}

BN_KERNEL(pack_lut3, avx512vnni, BN_CPU_AVX512VNNI, pack);
