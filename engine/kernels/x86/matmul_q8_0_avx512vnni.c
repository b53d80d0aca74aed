/* matmul_q8_0_avx512vnni.c - Q8_0 for matmul_block32_avx512.h. */
#include "engine/kernels/kernels.h"
#include <immintrin.h>

extern const struct bn_kernel_variant bn_kernel_matmul_q8_0_ref;
#define REFERENCE ((bn_matmul_q8_0_fn *)bn_kernel_matmul_q8_0_ref.function)

#define OFFSET 128
struct block {
    uint16_t d;
    int8_t q[32];
};
/* Two blocks, 128 above their values. */
static inline __m512i load_pair(const struct block *w)
{
    __m512i q = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)w[0].q));
    q = _mm512_inserti64x4(q, _mm256_loadu_si256((const __m256i *)w[1].q), 1);
    return _mm512_xor_si512(q, _mm512_set1_epi8((char)0x80));
}

#include "engine/kernels/x86/matmul_block32_avx512.h"

BN_KERNEL(matmul_q8_0, avx512vnni, BN_CPU_AVX512VNNI, matmul);
