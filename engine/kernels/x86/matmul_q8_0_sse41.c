/* matmul_q8_0_sse41.c - Q8_0 for matmul_block32_sse41_tmpl.h. */
#include "engine/kernels/lanes/lanes.h"

struct block {
    uint16_t d;
    int8_t q[32];
};
BN_INLINE __m128i load_block(const struct block *w, const int half)
{
    return _mm_loadu_si128((const __m128i *)(w->q + 16 * half));
}
#include "engine/kernels/x86/matmul_block32_sse41_tmpl.h"

BN_KERNEL(matmul_q8_0, sse41, BN_CPU_SSE41, matmul);
