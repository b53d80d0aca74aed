/* matmul_q6_k_ref.c - specification: Q6_K weights (FORMATS.md 3.7) times int8 activations.
 * The sum over a block of 256 of (q - 32) * sub-block scale * x is an integer below 2^31, exact; lane i sums
 * (float)sum_b * (d_b * x_scale_b) over blocks b = i modulo 16, ascending, by fmaf; then bn_reduce16. */
#include "engine/kernels/kernels.h"
#include "engine/core/half.h"
#include <math.h>

struct block {
    uint8_t low[128], high[64];
    int8_t scale[16];
    uint16_t d;
};

/* Element e of a block: half h = e / 128, quarter f = e % 128 / 32 of it, place l = e % 32. */
static int code(const struct block *b, int e)
{
    int h = e / 128, f = e % 128 / 32, l = e % 32;
    int low = b->low[64 * h + f % 2 * 32 + l] >> f / 2 * 4 & 15, high = b->high[32 * h + l] >> 2 * f & 3;
    return (low | high << 4) - 32;
}

static float dot(const struct block *w, const int8_t *x, const float *x_scale, int cols)
{
    float lane[16] = {0};
    for (int b = 0; b < cols / 256; b++) {
        int32_t sum = 0;
        for (int e = 0; e < 256; e++) sum += code(&w[b], e) * w[b].scale[e / 16] * x[b * 256 + e];
        lane[b % 16] = fmaf((float)sum, bn_f16_to_f32(w[b].d) * x_scale[b], lane[b % 16]);
    }
    return bn_reduce16(lane);
}

#include "engine/kernels/ref/matmul_block_tmpl.h"

BN_KERNEL(matmul_q6_k, ref, BN_CPU_ANY, matmul);
