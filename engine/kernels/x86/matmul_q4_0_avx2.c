/* matmul_q4_0_avx2.c - Q4_0 for matmul_block32_avx2_tmpl.h. */
#include "engine/kernels/kernels.h"
#include <immintrin.h>

struct block {
    uint16_t d;
    uint8_t q[16]; /* low nibbles: elements 0..15, high nibbles: 16..31 */
};
static inline __m256i load_block(const struct block *w)
{
    __m128i low = _mm_loadu_si128((const __m128i *)w->q);
    __m256i q = _mm256_inserti128_si256(_mm256_castsi128_si256(low), _mm_srli_epi16(low, 4), 1);
    return _mm256_sub_epi8(_mm256_and_si256(q, _mm256_set1_epi8(15)), _mm256_set1_epi8(8));
}
#include "engine/kernels/x86/matmul_block32_avx2_tmpl.h"

BN_KERNEL(matmul_q4_0, avx2, BN_CPU_AVX2, matmul);
