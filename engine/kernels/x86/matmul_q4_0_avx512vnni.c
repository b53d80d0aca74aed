/* matmul_q4_0_avx512vnni.c - Q4_0 for matmul_block32_avx512.h. */
#include "engine/kernels/kernels.h"
#include <immintrin.h>

extern const struct bn_kernel_variant bn_kernel_matmul_q4_0_ref;
#define REFERENCE ((bn_matmul_q4_0_fn *)bn_kernel_matmul_q4_0_ref.function)

#define OFFSET 8
struct block {
    uint16_t d;
    uint8_t q[16]; /* low nibbles: elements 0..15, high nibbles: 16..31 */
};
/* Two blocks, 8 above their values. */
static inline __m512i load_pair(const struct block *w)
{
    const __m512i shift = _mm512_set_epi64(0x0004000400040004, 0x0004000400040004, 0, 0, 0x0004000400040004, 0x0004000400040004, 0, 0);
    __m512i q = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)w[0].q));
    q = _mm512_mask_broadcast_i32x4(q, 0xff00, _mm_loadu_si128((const __m128i *)w[1].q));
    return _mm512_and_si512(_mm512_srlv_epi16(q, shift), _mm512_set1_epi8(15));
}

#include "engine/kernels/x86/matmul_block32_avx512.h"

BN_KERNEL(matmul_q4_0, avx512vnni, BN_CPU_AVX512VNNI, matmul);
