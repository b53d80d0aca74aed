/* roofline_int8_avx2.c - vpmaddubsw and vpaddw on registers: the AVX2 way to multiply int8. Widening to 32 bits, which
 * kernels do once in many blocks, is left out. */
#if defined(__x86_64__)
#include "harness/machine/roofline.h"
#include <immintrin.h>

enum { CHAINS = 4 };
/* Written out for the reason given in roofline_int8_avx512vnni.c; the product of a chain does not wait for its sum. */
#define DOT(n) "vpmaddubsw %[x], %[codes], %[p" #n "]\n\tvpaddw %[p" #n "], %[a" #n "], %[a" #n "]\n\t"
#define SUM(n) [a##n] "+x"(a##n), [p##n] "=&x"(p##n)

static uint64_t run(uint64_t rounds, int32_t *sink)
{
    __m256i codes = _mm256_set1_epi8(3), x = _mm256_set1_epi8((char)(*sink | 1)), a0 = x, a1 = x, a2 = x, a3 = x, p0,
            p1, p2, p3;
    for (uint64_t r = 0; r < rounds; r++)
        __asm__ volatile(DOT(0) DOT(1) DOT(2) DOT(3) : SUM(0), SUM(1), SUM(2), SUM(3) : [codes] "x"(codes), [x] "x"(x));
    a0 = _mm256_xor_si256(_mm256_xor_si256(a0, a1), _mm256_xor_si256(a2, a3));
    *sink = _mm256_extract_epi32(a0, 0);
    return rounds * CHAINS * 32;
}
const struct bn_int8_peak bn_int8_peak_avx2 = {"vpmaddubsw + vpaddw, 256 bits", run};
#endif
