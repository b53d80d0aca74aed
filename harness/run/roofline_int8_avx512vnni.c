/* roofline_int8_avx512vnni.c - vpdpbusd on registers, 512 bits. */
#if defined(__x86_64__)
#include "harness/run/roofline.h"
#include <immintrin.h>

enum { CHAINS = 12 }; /* more than latency x throughput of every core that has it */

static uint64_t run(uint64_t rounds, int32_t *sink)
{
    __m512i acc[CHAINS], a = _mm512_set1_epi8(3), b = _mm512_set1_epi8((char)(*sink | 1));
    for (int i = 0; i < CHAINS; i++) acc[i] = _mm512_set1_epi32(*sink + i);
    for (uint64_t r = 0; r < rounds; r++)
        for (int i = 0; i < CHAINS; i++) {
            acc[i] = _mm512_dpbusd_epi32(acc[i], a, b);
            __asm__ volatile("" : "+v"(acc[i])); /* each one is really done */
        }
    for (int i = 1; i < CHAINS; i++) acc[0] = _mm512_add_epi32(acc[0], acc[i]);
    *sink = _mm512_reduce_add_epi32(acc[0]);
    return rounds * CHAINS * 64;
}
const struct bn_int8_peak bn_int8_peak_avx512vnni = {"vpdpbusd, 512 bits", run};
#endif
