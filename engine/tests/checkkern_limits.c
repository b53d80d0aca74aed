/* checkkern_limits.c - loops that do nothing but read, or nothing but multiply and add. */
#include "engine/tests/checkkern_limits.h"
#include "engine/core/cpu.h"
#include <stdint.h>
#include <time.h>

enum { TRIES = 7, ROUNDS = 400000 };
static volatile uint64_t kept; /* keeps the compiler from removing a loop */

double clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double read_all(const void *memory, size_t bytes)
{
    const uint64_t *p = memory; /* whose sums may wrap around */
    uint64_t sum[8] = {0};
    for (size_t i = 0; i + 8 <= bytes / 8; i += 8)
        for (size_t k = 0; k < 8; k++) sum[k] += p[i + k];
    kept += sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
    return (double)bytes;
}

#if defined(__x86_64__)
#include <immintrin.h>
/* Ten independent sums hide the latency of any multiply-add. */
#define SUMS 10
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define LOOP(type, zero, step)                                                                                         \
    type s[SUMS];                                                                                                      \
    UNROLL for (int k = 0; k < SUMS; k++) s[k] = zero;                                                                 \
    for (int i = 0; i < ROUNDS; i++) UNROLL for (int k = 0; k < SUMS; k++)                                             \
        {                                                                                                              \
            s[k] = step;                                                                                               \
            __asm__ volatile("" : "+v"(s[k])); /* the compiler must believe that every step is needed */               \
        }

__attribute__((target("avx512f,avx512bw,avx512vnni"))) static double int8_avx512(void)
{
    __m512i a = _mm512_set1_epi8(1), b = _mm512_set1_epi8(2);
    LOOP(__m512i, _mm512_setzero_si512(), _mm512_dpbusd_epi32(s[k], a, b))
    return 64.0 * SUMS * ROUNDS;
}
__attribute__((target("avx512f"))) static double float_avx512(void)
{
    __m512 a = _mm512_set1_ps(0.5f), b = _mm512_set1_ps(0.25f);
    LOOP(__m512, _mm512_setzero_ps(), _mm512_fmadd_ps(a, b, s[k]))
    return 16.0 * SUMS * ROUNDS;
}
__attribute__((target("avx2"))) static double int8_avx2(void)
{
    __m256i a = _mm256_set1_epi8(1), b = _mm256_set1_epi8(2);
    LOOP(__m256i, _mm256_setzero_si256(), _mm256_add_epi16(s[k], _mm256_maddubs_epi16(a, b)))
    return 32.0 * SUMS * ROUNDS;
}
__attribute__((target("avx2,fma"))) static double float_avx2(void)
{
    __m256 a = _mm256_set1_ps(0.5f), b = _mm256_set1_ps(0.25f);
    LOOP(__m256, _mm256_setzero_ps(), _mm256_fmadd_ps(a, b, s[k]))
    return 8.0 * SUMS * ROUNDS;
}
#endif

static void keep_best(double *best, double rate)
{
    if (rate > *best) *best = rate;
}

static void measure_peak(struct limits *l, enum limit which, double (*loop)(void), const char *how)
{
    l->how[which] = how;
    for (int i = 0; i < TRIES; i++) {
        double start = clock_ns(), work = loop();
        keep_best(&l->per_ns[which], work / (clock_ns() - start));
    }
}

void measure_limits(struct limits *l, const void *memory, size_t bytes)
{
    *l = (struct limits){.how = {[LIMIT_READ] = "plain sum of memory",
                                 [LIMIT_INT8] = "no loop for this CPU",
                                 [LIMIT_FLOAT] = "no loop for this CPU"}};
    for (int i = 0; i < TRIES; i++) {
        double start = clock_ns(), work = read_all(memory, bytes);
        keep_best(&l->per_ns[LIMIT_READ], work / (clock_ns() - start));
    }
#if defined(__x86_64__)
    if (!(BN_CPU_AVX512VNNI & ~bn_cpu_features())) {
        measure_peak(l, LIMIT_INT8, int8_avx512, "vpdpbusd zmm");
        measure_peak(l, LIMIT_FLOAT, float_avx512, "fp32 FMA zmm");
    } else if (!(BN_CPU_AVX2 & ~bn_cpu_features())) {
        measure_peak(l, LIMIT_INT8, int8_avx2, "vpmaddubsw ymm");
        measure_peak(l, LIMIT_FLOAT, float_avx2, "fp32 FMA ymm");
    }
#else
    (void)measure_peak;
#endif
}
