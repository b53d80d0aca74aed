/* roofline_int8_avx512vnni.c - vpdpbusd on registers, 512 bits. */
#if defined(__x86_64__)
#include "harness/machine/roofline.h"
#include <immintrin.h>

enum { CHAINS = 12 }; /* more than latency x throughput of every core that has it */
/* One instruction for each of the twelve accumulators, written out: in an array they would be kept in memory, and the
 * loop would measure stores (116 G/s where this one finds 233 on a Zen 4 core). */
#define DOT(n) "vpdpbusd %[x], %[codes], %[a" #n "]\n\t"
#define SUM(n) [a##n] "+v"(a##n)

static uint64_t run(uint64_t rounds, int32_t *sink)
{
    __m512i codes = _mm512_set1_epi8(3), x = _mm512_set1_epi8((char)(*sink | 1));
    __m512i a0 = x, a1 = x, a2 = x, a3 = x, a4 = x, a5 = x, a6 = x, a7 = x, a8 = x, a9 = x, a10 = x, a11 = x;
    for (uint64_t r = 0; r < rounds; r++)
        __asm__ volatile(DOT(0) DOT(1) DOT(2) DOT(3) DOT(4) DOT(5) DOT(6) DOT(7) DOT(8) DOT(9) DOT(10) DOT(11)
                         : SUM(0), SUM(1), SUM(2), SUM(3), SUM(4), SUM(5), SUM(6), SUM(7), SUM(8), SUM(9), SUM(10),
                           SUM(11)
                         : [codes] "v"(codes), [x] "v"(x));
    const __m512i all[CHAINS] = {a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11};
    for (int i = 1; i < CHAINS; i++) a0 = _mm512_xor_si512(a0, all[i]);
    *sink = _mm512_reduce_add_epi32(a0);
    return rounds * CHAINS * 64;
}
const struct bn_int8_peak bn_int8_peak_avx512vnni = {"vpdpbusd, 512 bits", run};
#endif
