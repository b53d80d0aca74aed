/* sse41.h - lanes.h for SSE4.1 with SSSE3: four xmm registers of four lanes. These CPUs have neither fused
 * multiply-adds nor half precision: both are computed, to the same bits. */
#ifndef BN_LANES_SSE41_H
#define BN_LANES_SSE41_H
#include "engine/core/half.h"
#include <smmintrin.h>
#include <string.h>

typedef struct {
    __m128 a, b, c, d;
} v16;
typedef __m128 four_floats;
typedef __m128i four_ints; /* 32 bits */
#define V16_REGISTERS 8
#include "engine/kernels/lanes/fma_by_double_tmpl.h"

static inline v16 v16_set(float f)
{
    __m128 v = _mm_set1_ps(f);
    return (v16){v, v, v, v};
}
static inline four_floats v4_set(float f) { return _mm_set1_ps(f); }
static inline four_floats v4_mul(four_floats x, four_floats y) { return _mm_mul_ps(x, y); }
static inline four_floats v4_add(four_floats x, four_floats y) { return _mm_add_ps(x, y); }
static inline four_floats v4_of_ints(four_ints i) { return _mm_cvtepi32_ps(i); }
static inline v16 v16_load(const float *p)
{
    return (v16){_mm_loadu_ps(p), _mm_loadu_ps(p + 4), _mm_loadu_ps(p + 8), _mm_loadu_ps(p + 12)};
}
static inline void v16_store(float *p, v16 v)
{
    _mm_storeu_ps(p, v.a);
    _mm_storeu_ps(p + 4, v.b);
    _mm_storeu_ps(p + 8, v.c);
    _mm_storeu_ps(p + 12, v.d);
}
static inline v16 v16_load_n(const float *p, int n)
{
    float copy[16] = {0};
    if (n >= 16) return v16_load(p);
    memcpy(copy, p, (size_t)n * sizeof *copy);
    return v16_load(copy);
}
static inline void v16_store_n(float *p, v16 v, int n)
{
    float copy[16];
    if (n >= 16) {
        v16_store(p, v);
        return;
    }
    v16_store(copy, v);
    memcpy(p, copy, (size_t)n * sizeof *copy);
}

/* ---- 16-bit floats ---- */
/* Four numbers, each in the low half of 32 bits: bn_f16_to_f32. */
static inline __m128 v4_of_f16(__m128i h)
{
    const __m128i rebias = _mm_set1_epi32(112 << 23);
    __m128i magnitude = _mm_and_si128(h, _mm_set1_epi32(0x7fff)),
            sign = _mm_slli_epi32(_mm_xor_si128(h, magnitude), 16);
    __m128i bits = _mm_add_epi32(_mm_slli_epi32(magnitude, 13), rebias);
    __m128i infinite = _mm_cmpgt_epi32(magnitude, _mm_set1_epi32(0x7bff)),
            nan = _mm_cmpgt_epi32(magnitude, _mm_set1_epi32(0x7c00));
    bits = _mm_add_epi32(bits, _mm_and_si128(infinite, rebias));
    bits = _mm_or_si128(bits, _mm_and_si128(nan, _mm_set1_epi32(0x400000)));
    __m128 small = _mm_mul_ps(_mm_cvtepi32_ps(magnitude), _mm_set1_ps(0x1p-24f));
    __m128i is_small = _mm_cmplt_epi32(magnitude, _mm_set1_epi32(0x400));
    bits = _mm_blendv_epi8(bits, _mm_castps_si128(small), is_small);
    return _mm_castsi128_ps(_mm_or_si128(bits, sign));
}
static inline v16 v16_load_f16(const uint16_t *p)
{
    __m128i zero = _mm_setzero_si128(), low = _mm_loadu_si128((const __m128i *)p),
            high = _mm_loadu_si128((const __m128i *)(p + 8));
    return (v16){v4_of_f16(_mm_unpacklo_epi16(low, zero)), v4_of_f16(_mm_unpackhi_epi16(low, zero)),
                 v4_of_f16(_mm_unpacklo_epi16(high, zero)), v4_of_f16(_mm_unpackhi_epi16(high, zero))};
}
static inline v16 v16_load_bf16(const uint16_t *p)
{
    __m128i zero = _mm_setzero_si128(), low = _mm_loadu_si128((const __m128i *)p),
            high = _mm_loadu_si128((const __m128i *)(p + 8));
    return (v16){_mm_castsi128_ps(_mm_unpacklo_epi16(zero, low)), _mm_castsi128_ps(_mm_unpackhi_epi16(zero, low)),
                 _mm_castsi128_ps(_mm_unpacklo_epi16(zero, high)), _mm_castsi128_ps(_mm_unpackhi_epi16(zero, high))};
}
static inline v16 v16_load_f16_n(const uint16_t *p, int n)
{
    uint16_t copy[16] = {0};
    memcpy(copy, p, (size_t)n * sizeof *copy);
    return v16_load_f16(copy);
}
static inline v16 v16_load_bf16_n(const uint16_t *p, int n)
{
    uint16_t copy[16] = {0};
    memcpy(copy, p, (size_t)n * sizeof *copy);
    return v16_load_bf16(copy);
}
static inline void v16_store_f16(uint16_t *p, v16 v)
{
    float f[16];
    v16_store(f, v);
    for (int i = 0; i < 16; i++) p[i] = bn_f32_to_f16(f[i]);
}

/* Rounds half to even and stores 16 bytes. Values are within -127..127. */
static inline void v16_store_i8(int8_t *p, v16 v)
{
    __m128i low = _mm_packs_epi32(_mm_cvtps_epi32(v.a), _mm_cvtps_epi32(v.b)),
            high = _mm_packs_epi32(_mm_cvtps_epi32(v.c), _mm_cvtps_epi32(v.d));
    _mm_storeu_si128((__m128i *)p, _mm_packs_epi16(low, high));
}

#define V16_BOTH(name, intrinsic)                                                                                      \
    static inline v16 name(v16 x, v16 y)                                                                               \
    {                                                                                                                  \
        return (v16){intrinsic(x.a, y.a), intrinsic(x.b, y.b), intrinsic(x.c, y.c), intrinsic(x.d, y.d)};              \
    }
V16_BOTH(v16_add, _mm_add_ps)
V16_BOTH(v16_sub, _mm_sub_ps)
V16_BOTH(v16_mul, _mm_mul_ps)
V16_BOTH(v16_div, _mm_div_ps)
V16_BOTH(v16_max, _mm_max_ps) /* a > b ? a : b */
V16_BOTH(v16_min, _mm_min_ps) /* a < b ? a : b */
/* bits(a) + (bits(b) << 23): a times 2 to the integer in b's low bits. */
static inline __m128 v4_add_exponent(__m128 x, __m128 y)
{
    return _mm_castsi128_ps(_mm_add_epi32(_mm_castps_si128(x), _mm_slli_epi32(_mm_castps_si128(y), 23)));
}
V16_BOTH(v16_add_exponent, v4_add_exponent)
#undef V16_BOTH

static inline v16 v16_abs(v16 x)
{
    __m128 sign = _mm_set1_ps(-0.0f);
    return (v16){_mm_andnot_ps(sign, x.a), _mm_andnot_ps(sign, x.b), _mm_andnot_ps(sign, x.c),
                 _mm_andnot_ps(sign, x.d)};
}
static inline v16 v16_neg(v16 x)
{
    __m128 sign = _mm_set1_ps(-0.0f);
    return (v16){_mm_xor_ps(sign, x.a), _mm_xor_ps(sign, x.b), _mm_xor_ps(sign, x.c), _mm_xor_ps(sign, x.d)};
}

/* Lanes n.. of x become those of `other`; x starts at lane `first`. */
static inline __m128 v4_keep(__m128 x, int n, __m128 other, int first)
{
    __m128i kept = _mm_cmplt_epi32(_mm_setr_epi32(0, 1, 2, 3), _mm_set1_epi32(n - first));
    return _mm_blendv_ps(other, x, _mm_castsi128_ps(kept));
}
static inline v16 v16_keep(v16 x, int n, v16 other)
{
    return (v16){v4_keep(x.a, n, other.a, 0), v4_keep(x.b, n, other.b, 4), v4_keep(x.c, n, other.c, 8),
                 v4_keep(x.d, n, other.d, 12)};
}
static inline v16 v16_where_less(v16 x, v16 y, v16 then, v16 otherwise)
{
    return (v16){_mm_blendv_ps(otherwise.a, then.a, _mm_cmplt_ps(x.a, y.a)),
                 _mm_blendv_ps(otherwise.b, then.b, _mm_cmplt_ps(x.b, y.b)),
                 _mm_blendv_ps(otherwise.c, then.c, _mm_cmplt_ps(x.c, y.c)),
                 _mm_blendv_ps(otherwise.d, then.d, _mm_cmplt_ps(x.d, y.d))};
}
static inline v16 v16_where_nan(v16 x, v16 then, v16 otherwise)
{
    return (v16){_mm_blendv_ps(otherwise.a, then.a, _mm_cmpunord_ps(x.a, x.a)),
                 _mm_blendv_ps(otherwise.b, then.b, _mm_cmpunord_ps(x.b, x.b)),
                 _mm_blendv_ps(otherwise.c, then.c, _mm_cmpunord_ps(x.c, x.c)),
                 _mm_blendv_ps(otherwise.d, then.d, _mm_cmpunord_ps(x.d, x.d))};
}

/* bn_reduce16: lanes i and i+8, i+4, i+2, i+1. */
static inline float v16_sum(v16 v)
{
    __m128 x = _mm_add_ps(_mm_add_ps(v.a, v.c), _mm_add_ps(v.b, v.d));
    x = _mm_add_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}
/* The same tree with (a > b ? a : b). */
static inline float v16_largest(v16 v)
{
    __m128 x = _mm_max_ps(_mm_max_ps(v.a, v.c), _mm_max_ps(v.b, v.d));
    x = _mm_max_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
}
/* Sum of 32 codes. */
static inline int32_t sum32_i8(const int8_t *q)
{
    __m128i flip = _mm_set1_epi8(-128), zero = _mm_setzero_si128(); /* q + 128 */
    __m128i s = _mm_add_epi64(_mm_sad_epu8(_mm_xor_si128(_mm_loadu_si128((const __m128i *)q), flip), zero),
                              _mm_sad_epu8(_mm_xor_si128(_mm_loadu_si128((const __m128i *)(q + 16)), flip), zero));
    return _mm_cvtsi128_si32(_mm_add_epi64(s, _mm_unpackhi_epi64(s, s))) - 32 * 128;
}

/* ---- sixteen columns of four int8, [16][4], times four codes of 16 bits (attention_q8_0.h): pmaddwd of widened
 * columns ---- */
typedef struct {
    __m128i two[8]; /* two columns each */
} v16x4;
typedef v16x4 v16_sums; /* two sums a column */
static inline v16x4 v16x4_load(const int8_t *p)
{
    v16x4 x;
    for (int i = 0; i < 8; i++) x.two[i] = _mm_cvtepi8_epi16(_mm_loadl_epi64((const __m128i *)(p + 8 * i)));
    return x;
}
static inline v16x4 v16x4_load_for_signed(const int8_t *p) { return v16x4_load(p); }
static inline void v16_sums_start(v16_sums *s, int32_t sum_of_signed)
{
    (void)sum_of_signed;
    for (int i = 0; i < 8; i++) s->two[i] = _mm_setzero_si128();
}
static inline void v16_sums_add(v16_sums *s, v16x4 x, const int32_t four[2])
{
    int64_t codes;
    memcpy(&codes, four, sizeof codes);
    __m128i c = _mm_set1_epi64x(codes);
    for (int i = 0; i < 8; i++) s->two[i] = _mm_add_epi32(s->two[i], _mm_madd_epi16(x.two[i], c));
}
static inline void v16_sums_add_signed(v16_sums *s, v16x4 x, const int32_t four[2]) { v16_sums_add(s, x, four); }
static inline __m128 v4_of_sums(__m128i a, __m128i b) { return _mm_cvtepi32_ps(_mm_hadd_epi32(a, b)); }
static inline v16 v16_of_sums(const v16_sums *s)
{
    return (v16){v4_of_sums(s->two[0], s->two[1]), v4_of_sums(s->two[2], s->two[3]), v4_of_sums(s->two[4], s->two[5]),
                 v4_of_sums(s->two[6], s->two[7])};
}
/* Sixteen codes from the low bits of the lanes. */
static inline __m128i v8_codes(__m128 x, __m128 y)
{
    __m128i mask = _mm_set1_epi32(0xffff);
    return _mm_packus_epi32(_mm_and_si128(_mm_castps_si128(x), mask), _mm_and_si128(_mm_castps_si128(y), mask));
}
static inline void v16_store_codes(int32_t (*fours)[2], v16 x)
{
    _mm_storeu_si128((void *)fours, v8_codes(x.a, x.b));
    _mm_storeu_si128((void *)(fours + 2), v8_codes(x.c, x.d));
}
static inline void v16_store_signed_codes(int32_t (*fours)[2], v16 x) { v16_store_codes(fours, x); }
#endif
