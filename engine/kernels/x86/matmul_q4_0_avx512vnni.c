/* matmul_q4_0_avx512vnni.c - Q4_0 for matmul_block32_avx512_tmpl.h: a vector holds the first or the second halves
 * of four blocks, so that low and high nibbles of one load add up in the same four lanes of a block. */
#include "engine/kernels/kernels.h"
#include "engine/kernels/x86/avx512.h"
#include <string.h>

extern const struct bn_kernel_variant bn_kernel_matmul_q4_0_ref;
#define REFERENCE ((bn_matmul_q4_0_fn *)bn_kernel_matmul_q4_0_ref.function)

#define OFFSET 8
#define ROWS   4
struct block {
    uint16_t d;
    uint8_t q[16]; /* low nibbles: elements 0..15, high nibbles: 16..31 */
};

/* lanes_of4 of four vectors of four blocks. */
static inline int block_of(int lane) { return lane % 4 * 4 + lane / 4; }

static inline void arrange(int8_t *to, const int8_t *x)
{
    for (int b = 0; b < 16; b++)
        for (int half = 0; half < 2; half++)
            memcpy(to + 128 * (b / 4) + 64 * half + 16 * (b % 4), x + 32 * b + 16 * half, 16);
}

/* Codes 8 above their values. Four blocks are 72 bytes: two loads, the first of which has all scales and the
 * nibbles of three. */
static inline __attribute__((always_inline)) void load_step(__m512i code[8], __m256i *d, const struct block *w)
{
    const __m512i nibble = _mm512_set1_epi8(15);
    const __m512i scale_at =
        _mm512_setr_epi64(0, 0x0009000900090009, 0x0012001200120012, 0x001b001b001b001b, 0, 0, 0, 0);
    const __m512i first = _mm512_setr_epi64(0x0908070605040302, 0x11100f0e0d0c0b0a, 0x1b1a191817161514,
                                            0x232221201f1e1d1c, 0x2d2c2b2a29282726, 0x3534333231302f2e, 0, 0);
    const __m512i last = _mm512_setr_epi64(0, 0, 0, 0, 0, 0, 0x3736353433323130, 0x3f3e3d3c3b3a3938);
    __m512i scale = _mm512_setzero_si512();
    for (int i = 0; i < 4; i++) {
        __m512i start = _mm512_loadu_si512(w + 4 * i), end = _mm512_loadu_si512((const char *)(w + 4 * i) + 8);
        __m512i q = _mm512_mask_permutexvar_epi8(_mm512_permutexvar_epi8(first, start), 0xffffull << 48, last, end);
        scale = _mm512_mask_permutexvar_epi16(scale, 0x1111u << i, scale_at, start);
        code[2 * i] = _mm512_and_si512(q, nibble);
        code[2 * i + 1] = _mm512_and_si512(_mm512_srli_epi16(q, 4), nibble);
    }
    *d = _mm512_castsi512_si256(scale);
}

static inline __attribute__((always_inline)) __m512i sum_step(const __m512i code[8], const int8_t *x)
{
    __m512i s[4];
    for (int i = 0; i < 4; i++) {
        s[i] = _mm512_setzero_si512();
        dot_add_at(&s[i], code[2 * i], x + 128 * i);
        dot_add_at(&s[i], code[2 * i + 1], x + 128 * i + 64);
    }
    return lanes_of4(s[0], s[1], s[2], s[3]);
}

#include "engine/kernels/x86/matmul_block32_avx512_tmpl.h"

BN_KERNEL(matmul_q4_0, avx512vnni, BN_CPU_AVX512VNNI, matmul);
