/* fma_by_double_tmpl.h - fused multiply-adds of four floats on x86 CPUs that have none, to the same bits; SSE2.
 * In double precision the product of two floats is exact and its sum with a third is rounded to 53 bits. Rounding that
 * to float is right unless it is half way between two floats, or below the normal ones, whose last bit is elsewhere:
 * *doubt then gets bits, and the lanes are computed again by fmaf. */
#include <emmintrin.h>
#include <math.h>

static inline __m128 v4_fma_doubted(__m128 x, __m128 y, __m128 z, __m128i *doubt)
{
    __m128d low = _mm_add_pd(_mm_mul_pd(_mm_cvtps_pd(x), _mm_cvtps_pd(y)), _mm_cvtps_pd(z));
    __m128d high = _mm_add_pd(_mm_mul_pd(_mm_cvtps_pd(_mm_movehl_ps(x, x)), _mm_cvtps_pd(_mm_movehl_ps(y, y))),
                              _mm_cvtps_pd(_mm_movehl_ps(z, z)));
    __m128 sum = _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
    __m128i last = _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(low), _mm_castpd_ps(high), _MM_SHUFFLE(2, 0, 2, 0)));
    __m128i half_way = _mm_cmpeq_epi32(_mm_and_si128(last, _mm_set1_epi32(0x1fffffff)), _mm_set1_epi32(0x10000000));
    __m128i less = _mm_sub_epi32(_mm_and_si128(_mm_castps_si128(sum), _mm_set1_epi32(0x7fffffff)), _mm_set1_epi32(1));
    __m128i small = _mm_cmpeq_epi32(_mm_and_si128(less, _mm_set1_epi32((int)0xff800000)), _mm_setzero_si128());
    *doubt = _mm_or_si128(*doubt, _mm_or_si128(half_way, small));
    return sum;
}
static __attribute__((noinline, unused)) __m128 v4_fmaf(__m128 x, __m128 y, __m128 z)
{
    float a[4], b[4], c[4];
    _mm_storeu_ps(a, x), _mm_storeu_ps(b, y), _mm_storeu_ps(c, z);
    for (int i = 0; i < 4; i++) c[i] = fmaf(a[i], b[i], c[i]);
    return _mm_loadu_ps(c);
}
static inline int v4_doubts(__m128i doubt) { return __builtin_expect(_mm_movemask_epi8(doubt), 0); }
static inline __m128 v4_fma(__m128 x, __m128 y, __m128 z)
{
    __m128i doubt = _mm_setzero_si128();
    __m128 sum = v4_fma_doubted(x, y, z, &doubt);
    return v4_doubts(doubt) ? v4_fmaf(x, y, z) : sum;
}
static inline v16 v16_fma(v16 x, v16 y, v16 z)
{
    __m128i doubt = _mm_setzero_si128();
    v16 sum = {v4_fma_doubted(x.a, y.a, z.a, &doubt), v4_fma_doubted(x.b, y.b, z.b, &doubt),
               v4_fma_doubted(x.c, y.c, z.c, &doubt), v4_fma_doubted(x.d, y.d, z.d, &doubt)};
    if (v4_doubts(doubt))
        sum = (v16){v4_fmaf(x.a, y.a, z.a), v4_fmaf(x.b, y.b, z.b), v4_fmaf(x.c, y.c, z.c), v4_fmaf(x.d, y.d, z.d)};
    return sum;
}
