/* matmul_q4_0_sse41.c - Q4_0 for matmul_block32_sse41_tmpl.h. */
#include "engine/kernels/lanes/lanes.h"

struct block {
    uint16_t d;
    uint8_t q[16]; /* low nibbles: elements 0..15, high nibbles: 16..31 */
};
BN_INLINE __m128i load_block(const struct block *w, const int half)
{
    __m128i q = _mm_loadu_si128((const __m128i *)w->q);
    return _mm_sub_epi8(_mm_and_si128(half ? _mm_srli_epi16(q, 4) : q, _mm_set1_epi8(15)), _mm_set1_epi8(8));
}
#include "engine/kernels/x86/matmul_block32_sse41_tmpl.h"

BN_KERNEL(matmul_q4_0, sse41, BN_CPU_SSE41, matmul);
