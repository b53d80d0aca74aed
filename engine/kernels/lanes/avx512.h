/* avx512.h - lanes.h for AVX-512: one zmm register. */
#ifndef BN_LANES_AVX512_H
#define BN_LANES_AVX512_H
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

typedef __m512 v16;
typedef __m128i four_ints; /* 32 bits */
#define V16_REGISTERS 32

static inline __mmask16 v16_first(int n) { return (__mmask16)(n >= 16 ? 0xffff : (1u << n) - 1); }
static inline v16 v16_set(float f) { return _mm512_set1_ps(f); }
static inline v16 v16_load(const float *p) { return _mm512_loadu_ps(p); }
static inline v16 v16_load_n(const float *p, int n) { return _mm512_maskz_loadu_ps(v16_first(n), p); }
static inline v16 v16_load_f16(const uint16_t *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
static inline v16 v16_load_f16_n(const uint16_t *p, int n)
{
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(v16_first(n), p));
}
static inline v16 v16_of_bf16(__m256i h)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16));
}
static inline v16 v16_load_bf16(const uint16_t *p) { return v16_of_bf16(_mm256_loadu_si256((const __m256i *)p)); }
static inline v16 v16_load_bf16_n(const uint16_t *p, int n)
{
    return v16_of_bf16(_mm256_maskz_loadu_epi16(v16_first(n), p));
}
static inline void v16_store(float *p, v16 v) { _mm512_storeu_ps(p, v); }
static inline void v16_store_n(float *p, v16 v, int n) { _mm512_mask_storeu_ps(p, v16_first(n), v); }
static inline void v16_store_f16(uint16_t *p, v16 v)
{
    _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
/* Rounds half to even and stores 16 bytes. Values are within -127..127. */
static inline void v16_store_i8(int8_t *p, v16 v)
{
    _mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(v)));
}
static inline v16 v16_add(v16 a, v16 b) { return _mm512_add_ps(a, b); }
static inline v16 v16_sub(v16 a, v16 b) { return _mm512_sub_ps(a, b); }
static inline v16 v16_mul(v16 a, v16 b) { return _mm512_mul_ps(a, b); }
static inline v16 v16_div(v16 a, v16 b) { return _mm512_div_ps(a, b); }
static inline v16 v16_max(v16 a, v16 b) { return _mm512_max_ps(a, b); } /* a > b ? a : b */
static inline v16 v16_min(v16 a, v16 b) { return _mm512_min_ps(a, b); } /* a < b ? a : b */
static inline v16 v16_fma(v16 a, v16 b, v16 c) { return _mm512_fmadd_ps(a, b, c); }
static inline v16 v16_abs(v16 a) { return _mm512_abs_ps(a); }
static inline v16 v16_neg(v16 a) { return _mm512_xor_ps(a, _mm512_set1_ps(-0.0f)); }
/* Lanes n.. become `other`. */
static inline v16 v16_keep(v16 a, int n, v16 other) { return _mm512_mask_mov_ps(other, v16_first(n), a); }
/* bits(a) + (bits(b) << 23): a times 2 to the integer in b's low bits. */
static inline v16 v16_add_exponent(v16 a, v16 b)
{
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), _mm512_slli_epi32(_mm512_castps_si512(b), 23)));
}
static inline v16 v16_where_less(v16 a, v16 b, v16 then, v16 otherwise)
{
    return _mm512_mask_mov_ps(otherwise, _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), then);
}
static inline v16 v16_where_nan(v16 a, v16 then, v16 otherwise)
{
    return _mm512_mask_mov_ps(otherwise, _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), then);
}
static inline __m256 v16_low(v16 a) { return _mm512_castps512_ps256(a); }
static inline __m256 v16_high(v16 a) { return _mm512_extractf32x8_ps(a, 1); }

/* ---- sixteen columns of four int8, [16][4], times four codes of 16 bits (attention_q8_0.h) ---- */
/* Four codes are 8 bytes: their high bytes, then their low bytes; vpdpbusd sums
 * both in int32 and needs one side unsigned: codes that are not negative, or columns raised by 128, so that a sum with
 * signed codes starts lower by 128 times their sum. */
typedef __m512i v16x4;
typedef struct {
    __m512i high, low;
} v16_sums;
static inline v16x4 v16x4_load(const int8_t *p) { return _mm512_loadu_si512(p); }
static inline v16x4 v16x4_load_for_signed(const int8_t *p)
{
    return _mm512_xor_si512(_mm512_loadu_si512(p), _mm512_set1_epi8(-128));
}
static inline void v16_sums_start(v16_sums *s, int32_t sum_of_signed)
{
    s->high = _mm512_setzero_si512();
    s->low = _mm512_set1_epi32(-128 * sum_of_signed);
}
static inline void v16_sums_add(v16_sums *s, v16x4 columns, const int32_t four[2])
{
    s->high = _mm512_dpbusd_epi32(s->high, _mm512_set1_epi32(four[0]), columns);
    s->low = _mm512_dpbusd_epi32(s->low, _mm512_set1_epi32(four[1]), columns);
}
static inline void v16_sums_add_signed(v16_sums *s, v16x4 columns, const int32_t four[2])
{
    s->high = _mm512_dpbusd_epi32(s->high, columns, _mm512_set1_epi32(four[0]));
    s->low = _mm512_dpbusd_epi32(s->low, columns, _mm512_set1_epi32(four[1]));
}
static inline v16 v16_of_sums(const v16_sums *s)
{
    return _mm512_cvtepi32_ps(_mm512_add_epi32(_mm512_slli_epi32(s->high, 8), s->low));
}
/* Sixteen codes from the low bits of the lanes. */
static inline __m256i v16_planes(__m512i bits)
{
    const __m512i order =
        _mm512_set_epi64(0, 0, 0, 0, 0x3c3834303d393531, 0x2c2824202d292521, 0x1c1814101d191511, 0x0c0804000d090501);
    return _mm512_castsi512_si256(_mm512_permutexvar_epi8(order, bits));
}
static inline void v16_store_codes(int32_t (*fours)[2], v16 x)
{
    _mm256_storeu_si256((void *)fours, v16_planes(_mm512_castps_si512(x)));
}
static inline void v16_store_signed_codes(int32_t (*fours)[2], v16 x)
{
    __m512i bits = _mm512_add_epi32(_mm512_castps_si512(x),
                                    _mm512_set1_epi32(128)); /* rounds the high byte; flips the sign of the low one */
    _mm256_storeu_si256((void *)fours,
                        _mm256_xor_si256(v16_planes(bits), _mm256_set1_epi64x((int64_t)0x8080808000000000)));
}
#endif
