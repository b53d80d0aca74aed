/* matmul_t5_avx2.c - t5 rows by way of I2_S, whatever the number of tokens: without byte permutes of 128 entries unpacking five
 * codes a byte costs more than the memory it saves. */
#include "engine/kernels/t5.h"

/* Plain bytes, which the compiler turns into vectors. */
static void expand(uint8_t *codes, const uint8_t *w, int chunks)
{
    static const uint8_t step[4] = {27, 9, 3, 1};
    for (; chunks-- > 0; codes += 320, w += 64) {
        uint8_t left[64];
        for (int p = 0; p < 64; p++) {
            codes[256 + p] = (uint8_t)((w[p] >= 81) + (w[p] >= 162));
            left[p] = (uint8_t)(w[p] - 81 * codes[256 + p]);
        }
        for (int f = 0; f < 4; f++)
            for (int p = 0; p < 64; p++) {
                codes[64 * f + p] = (uint8_t)((left[p] >= step[f]) + (left[p] >= 2 * step[f]));
                left[p] = (uint8_t)(left[p] - step[f] * codes[64 * f + p]);
            }
    }
}

#define EXPAND       expand
#define BLOCK_KERNEL bn_kernel_matmul_i2_avx2
#include "engine/kernels/x86/matmul_t5_blocks.h"

BN_KERNEL(matmul_t5, avx2, BN_CPU_AVX2, matmul_by_blocks);
