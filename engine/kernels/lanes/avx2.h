/* avx2.h - lanes.h for AVX2: two ymm registers. */
#ifndef BN_LANES_AVX2_H
#define BN_LANES_AVX2_H
#include <immintrin.h>

typedef struct {
    __m256 a, b;
} v16;
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
    return (v16){_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)), _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 8)))};
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
static inline v16 v16_load_i8(const int8_t *p)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)p);
    return (v16){_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)), _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(bytes, 8)))};
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
/* Rounds half to even and stores 16 bytes. Values lie in -127..127. */
static inline void v16_store_i8(int8_t *p, v16 v)
{
    __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(v.a), _mm256_cvtps_epi32(v.b));
    words = _mm256_permute4x64_epi64(words, 0xd8);
    _mm_storeu_si128((__m128i *)p, _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}
#define V16_BOTH(name, intrinsic)                                                                                       \
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
static inline v16 v16_add_exponent(v16 x, v16 y) { return (v16){v16_add_exponent8(x.a, y.a), v16_add_exponent8(x.b, y.b)}; }
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
#endif
