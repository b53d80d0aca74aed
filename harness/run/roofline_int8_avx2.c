/* roofline_int8_avx2.c - vpmaddubsw, vpmaddwd, vpaddd on registers: the AVX2 way to multiply int8. */
#if defined(__x86_64__)
#include "harness/run/roofline.h"
#include <immintrin.h>

enum { CHAINS = 8 };

static uint64_t run(uint64_t rounds, int32_t *sink)
{
    __m256i acc[CHAINS], a = _mm256_set1_epi8(3), ones = _mm256_set1_epi16(1);
    for (int i = 0; i < CHAINS; i++) acc[i] = _mm256_set1_epi32(*sink + i);
    for (uint64_t r = 0; r < rounds; r++)
        for (int i = 0; i < CHAINS; i++) acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(_mm256_maddubs_epi16(a, acc[i]), ones));
    for (int i = 1; i < CHAINS; i++) acc[0] = _mm256_add_epi32(acc[0], acc[i]);
    *sink = _mm256_extract_epi32(acc[0], 0);
    return rounds * CHAINS * 32;
}
const struct bn_int8_peak bn_int8_peak_avx2 = {"vpmaddubsw + vpmaddwd, 256 bits", run};
#endif
