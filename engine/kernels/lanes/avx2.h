/* avx2.h - lanes.h for AVX2: two ymm registers. */
#ifndef BN_LANES_AVX2_H
#define BN_LANES_AVX2_H
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    __m256 a, b;
} v16;
typedef __m128i four_ints; /* 32 bits */
#define V16_REGISTERS 8

static inline __m256i v16_first8(int n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static inline v16 v16_set(float f) { return (v16){_mm256_set1_ps(f), _mm256_set1_ps(f)}; }
static inline v16 v16_load(const float *p) { return (v16){_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
static inline v16 v16_load_n(const float *p, int n)
{
    return (v16){_mm256_maskload_ps(p, v16_first8(n)), _mm256_maskload_ps(p + 8, v16_first8(n - 8))};
}
static inline v16 v16_load_f16(const uint16_t *p)
{
    return (v16){_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)),
                 _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 8)))};
}
static inline v16 v16_of_bf16(__m128i low, __m128i high)
{
    return (v16){_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(low), 16)),
                 _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(high), 16))};
}
static inline v16 v16_load_bf16(const uint16_t *p)
{
    return v16_of_bf16(_mm_loadu_si128((const __m128i *)p), _mm_loadu_si128((const __m128i *)(p + 8)));
}
static inline v16 v16_load_f16_n(const uint16_t *p, int n)
{
    uint16_t copy[16] = {0};
    memcpy(copy, p, (size_t)n * 2);
    return v16_load_f16(copy);
}
static inline v16 v16_load_bf16_n(const uint16_t *p, int n)
{
    uint16_t copy[16] = {0};
    memcpy(copy, p, (size_t)n * 2);
    return v16_load_bf16(copy);
}
static inline void v16_store(float *p, v16 v)
{
    _mm256_storeu_ps(p, v.a);
    _mm256_storeu_ps(p + 8, v.b);
}
static inline void v16_store_n(float *p, v16 v, int n)
{
    _mm256_maskstore_ps(p, v16_first8(n), v.a);
    _mm256_maskstore_ps(p + 8, v16_first8(n - 8), v.b);
}
static inline void v16_store_f16(uint16_t *p, v16 v)
{
    _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(v.a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    _mm_storeu_si128((__m128i *)(p + 8), _mm256_cvtps_ph(v.b, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
/* Rounds half to even and stores 16 bytes. Values are within -127..127. */
static inline void v16_store_i8(int8_t *p, v16 v)
{
    __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(v.a), _mm256_cvtps_epi32(v.b));
    words = _mm256_permute4x64_epi64(words, 0xd8);
    _mm_storeu_si128((__m128i *)p, _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}
#define V16_BOTH(name, intrinsic)                                                                                      \
    static inline v16 name(v16 x, v16 y) { return (v16){intrinsic(x.a, y.a), intrinsic(x.b, y.b)}; }
V16_BOTH(v16_add, _mm256_add_ps)
V16_BOTH(v16_sub, _mm256_sub_ps)
V16_BOTH(v16_mul, _mm256_mul_ps)
V16_BOTH(v16_div, _mm256_div_ps)
V16_BOTH(v16_max, _mm256_max_ps) /* a > b ? a : b */
V16_BOTH(v16_min, _mm256_min_ps) /* a < b ? a : b */
#undef V16_BOTH
static inline v16 v16_fma(v16 x, v16 y, v16 z)
{
    return (v16){_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
}
static inline v16 v16_abs(v16 x)
{
    __m256 sign = _mm256_set1_ps(-0.0f);
    return (v16){_mm256_andnot_ps(sign, x.a), _mm256_andnot_ps(sign, x.b)};
}
static inline v16 v16_neg(v16 x)
{
    __m256 sign = _mm256_set1_ps(-0.0f);
    return (v16){_mm256_xor_ps(sign, x.a), _mm256_xor_ps(sign, x.b)};
}
/* Lanes n.. become `other`. */
static inline v16 v16_keep(v16 x, int n, v16 other)
{
    return (v16){_mm256_blendv_ps(other.a, x.a, _mm256_castsi256_ps(v16_first8(n))),
                 _mm256_blendv_ps(other.b, x.b, _mm256_castsi256_ps(v16_first8(n - 8)))};
}
/* bits(a) + (bits(b) << 23): a times 2 to the integer in b's low bits. */
static inline __m256 v16_add_exponent8(__m256 a, __m256 b)
{
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), _mm256_slli_epi32(_mm256_castps_si256(b), 23)));
}
static inline v16 v16_add_exponent(v16 x, v16 y)
{
    return (v16){v16_add_exponent8(x.a, y.a), v16_add_exponent8(x.b, y.b)};
}
static inline v16 v16_where_less(v16 x, v16 y, v16 then, v16 otherwise)
{
    return (v16){_mm256_blendv_ps(otherwise.a, then.a, _mm256_cmp_ps(x.a, y.a, _CMP_LT_OQ)),
                 _mm256_blendv_ps(otherwise.b, then.b, _mm256_cmp_ps(x.b, y.b, _CMP_LT_OQ))};
}
static inline v16 v16_where_nan(v16 x, v16 then, v16 otherwise)
{
    return (v16){_mm256_blendv_ps(otherwise.a, then.a, _mm256_cmp_ps(x.a, x.a, _CMP_UNORD_Q)),
                 _mm256_blendv_ps(otherwise.b, then.b, _mm256_cmp_ps(x.b, x.b, _CMP_UNORD_Q))};
}
static inline __m256 v16_low(v16 x) { return x.a; }
static inline __m256 v16_high(v16 x) { return x.b; }

/* ---- sixteen columns of four int8, [16][4], times four codes of 16 bits (attention_q8_0.h): vpmaddwd of widened
 * columns ---- */
typedef struct {
    __m256i a, b, c, d; /* four columns each */
} v16x4;
typedef v16x4 v16_sums; /* two sums a column */
static inline __m256i v4x4_load(const int8_t *p) { return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)p)); }
static inline v16x4 v16x4_load(const int8_t *p)
{
    return (v16x4){v4x4_load(p), v4x4_load(p + 16), v4x4_load(p + 32), v4x4_load(p + 48)};
}
static inline v16x4 v16x4_load_for_signed(const int8_t *p) { return v16x4_load(p); }
static inline void v16_sums_start(v16_sums *s, int32_t sum_of_signed)
{
    (void)sum_of_signed;
    s->a = s->b = s->c = s->d = _mm256_setzero_si256();
}
static inline void v16_sums_add(v16_sums *s, v16x4 x, const int32_t four[2])
{
    int64_t codes;
    memcpy(&codes, four, sizeof codes);
    __m256i c = _mm256_set1_epi64x(codes);
    s->a = _mm256_add_epi32(s->a, _mm256_madd_epi16(x.a, c));
    s->b = _mm256_add_epi32(s->b, _mm256_madd_epi16(x.b, c));
    s->c = _mm256_add_epi32(s->c, _mm256_madd_epi16(x.c, c));
    s->d = _mm256_add_epi32(s->d, _mm256_madd_epi16(x.d, c));
}
static inline void v16_sums_add_signed(v16_sums *s, v16x4 x, const int32_t four[2]) { v16_sums_add(s, x, four); }
static inline __m256 v8_of_sums(__m256i a, __m256i b)
{
    return _mm256_cvtepi32_ps(_mm256_permute4x64_epi64(_mm256_hadd_epi32(a, b), 0xd8));
}
static inline v16 v16_of_sums(const v16_sums *s) { return (v16){v8_of_sums(s->a, s->b), v8_of_sums(s->c, s->d)}; }
/* Sixteen codes from the low bits of the lanes. */
static inline void v16_store_codes(int32_t (*fours)[2], v16 x)
{
    __m256i mask = _mm256_set1_epi32(0xffff), a = _mm256_and_si256(_mm256_castps_si256(x.a), mask),
            b = _mm256_and_si256(_mm256_castps_si256(x.b), mask);
    _mm256_storeu_si256((void *)fours, _mm256_permute4x64_epi64(_mm256_packus_epi32(a, b), 0xd8));
}
static inline void v16_store_signed_codes(int32_t (*fours)[2], v16 x) { v16_store_codes(fours, x); }
#endif
