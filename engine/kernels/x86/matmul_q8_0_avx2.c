/* matmul_q8_0_avx2.c - Q8_0 for matmul_block32_avx2_tmpl.h. */
#include "engine/kernels/kernels.h"
#include <immintrin.h>

struct block {
    uint16_t d;
    int8_t q[32];
};
static inline __m256i load_block(const struct block *w) { return _mm256_loadu_si256((const __m256i *)w->q); }
#include "engine/kernels/x86/matmul_block32_avx2_tmpl.h"

BN_KERNEL(matmul_q8_0, avx2, BN_CPU_AVX2, matmul);
