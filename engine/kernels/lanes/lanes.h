/* lanes.h - sixteen float lanes, v16, on every vector instruction set: the float kernels in this folder are written
 * once on top of it and instantiated by kernels/<isa>/<op>_<variant>.c. An instruction set is one header like avx512.h.
 */
#ifndef BN_LANES_H
#define BN_LANES_H
#include "engine/kernels/exp.h"
#include "engine/kernels/kernels.h"
#if defined(__AVX512F__)
#include "engine/kernels/lanes/avx512.h"
#elif defined(__AVX2__)
#include "engine/kernels/lanes/avx2.h"
#elif defined(__SSE4_1__)
#include "engine/kernels/lanes/sse41.h"
#elif defined(__aarch64__)
#include "engine/kernels/lanes/neon.h"
#else
#include "engine/kernels/lanes/vector.h"
#endif

#define BN_INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define BN_UNROLL _Pragma("unroll")
#else
#define BN_UNROLL _Pragma("GCC unroll 32")
#endif

#if defined(__AVX2__)
/* bn_reduce16: lanes i and i+8, i+4, i+2, i+1. */
BN_INLINE float v16_sum(v16 v)
{
    __m256 y = _mm256_add_ps(v16_low(v), v16_high(v));
    __m128 x = _mm_add_ps(_mm256_castps256_ps128(y), _mm256_extractf128_ps(y, 1));
    x = _mm_add_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}
/* Sum of 32 codes. */
BN_INLINE int32_t sum32_i8(const int8_t *q)
{
    __m256i flipped = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)q), _mm256_set1_epi8(-128)); /* q + 128 */
    __m256i s = _mm256_sad_epu8(flipped, _mm256_setzero_si256());
    __m128i x = _mm_add_epi64(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1));
    return _mm_cvtsi128_si32(_mm_add_epi64(x, _mm_unpackhi_epi64(x, x))) - 32 * 128;
}
/* The same tree with (a > b ? a : b). */
BN_INLINE float v16_largest(v16 v)
{
    __m256 y = _mm256_max_ps(v16_low(v), v16_high(v));
    __m128 x = _mm_max_ps(_mm256_castps256_ps128(y), _mm256_extractf128_ps(y, 1));
    x = _mm_max_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
}
#endif

/* bn_exp on every lane. */
BN_INLINE v16 v16_exp(v16 x)
{
    v16 magic = v16_set(BN_EXP_MAGIC), shifted = v16_fma(x, v16_set(BN_EXP_LOG2E), magic), n = v16_sub(shifted, magic);
    v16 r = v16_fma(n, v16_set(-BN_EXP_LN2_LO), v16_fma(n, v16_set(-BN_EXP_LN2_HI), x));
    v16 p = v16_fma(r, v16_set(BN_EXP_C7), v16_set(BN_EXP_C6));
    p = v16_fma(r, p, v16_set(BN_EXP_C5));
    p = v16_fma(r, p, v16_set(BN_EXP_C4));
    p = v16_fma(r, p, v16_set(BN_EXP_C3));
    p = v16_fma(r, p, v16_set(BN_EXP_C2));
    p = v16_add_exponent(v16_add(v16_fma(v16_mul(r, r), p, r), v16_set(1.0f)), shifted);
    p = v16_where_less(x, v16_set(BN_EXP_LOW), v16_set(0.0f), p);
    p = v16_where_less(v16_set(BN_EXP_HIGH), x, v16_set(INFINITY), p);
    return v16_where_nan(x, x, p);
}

/* x * s rounded half to even and clamped to -127..127: NaN gives -127. */
BN_INLINE v16 v16_to_code(v16 x, v16 s) { return v16_min(v16_max(v16_mul(x, s), v16_set(-127.0f)), v16_set(127.0f)); }

/* Largest |x| of n values, not below `least`. */
BN_INLINE float largest_of(const float *x, int n, float least)
{
    v16 most = v16_set(least), most2 = most;
    int k = 0;
    for (; k + 32 <= n; k += 32) {
        most = v16_max(v16_abs(v16_load(x + k)), most);
        most2 = v16_max(v16_abs(v16_load(x + k + 16)), most2);
    }
    for (; k < n; k += 16) most = v16_max(v16_abs(v16_load_n(x + k, n - k)), most);
    return v16_largest(v16_max(most, most2));
}
#endif
