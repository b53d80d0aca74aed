/* matmul_q8_0_avx512vnni.c - Q8_0 for matmul_block32_avx512_tmpl.h: a vector holds two blocks. */
#include "engine/kernels/kernels.h"
#include "engine/kernels/x86/avx512.h"
#include <string.h>

extern const struct bn_kernel_variant bn_kernel_matmul_q8_0_ref;
#define REFERENCE ((bn_matmul_q8_0_fn *)bn_kernel_matmul_q8_0_ref.function)

#define OFFSET 128
#define ROWS   1 /* more gained 7 % from L2 but lost from memory */
struct block {
    uint16_t d;
    int8_t q[32];
};

static inline int block_of(int lane) { return lane; }

static inline void arrange(int8_t *to, const int8_t *x) { memcpy(to, x, 512); }

/* Codes 128 above their values. */
static inline __attribute__((always_inline)) void load_step(__m512i code[8], __m256i *d, const struct block *w)
{
    uint16_t scale[16];
    for (int b = 0; b < 16; b++) scale[b] = w[b].d;
    *d = _mm256_loadu_si256((const __m256i *)scale);
    for (int i = 0; i < 8; i++) {
        __m512i q = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)w[2 * i].q));
        q = _mm512_inserti64x4(q, _mm256_loadu_si256((const __m256i *)w[2 * i + 1].q), 1);
        code[i] = _mm512_xor_si512(q, _mm512_set1_epi8((char)0x80));
    }
}

/* Eight vectors of two blocks, eight sums each: their totals in the order of the blocks. */
static inline __attribute__((always_inline)) __m512i sum_step(const __m512i code[8], const int8_t *x)
{
    const __m512i order = _mm512_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
    __m512i s[8];
    for (int i = 0; i < 8; i++) {
        s[i] = _mm512_setzero_si512();
        dot_add_at(&s[i], code[i], x + 64 * i);
    }
    __m512i p = lanes_of4(s[0], s[1], s[2], s[3]), q = lanes_of4(s[4], s[5], s[6], s[7]);
    __m512i sum = _mm512_add_epi32(_mm512_shuffle_i32x4(p, q, 0x88), _mm512_shuffle_i32x4(p, q, 0xdd));
    return _mm512_permutexvar_epi32(order, sum);
}

#include "engine/kernels/x86/matmul_block32_avx512_tmpl.h"

BN_KERNEL(matmul_q8_0, avx512vnni, BN_CPU_AVX512VNNI, matmul);
