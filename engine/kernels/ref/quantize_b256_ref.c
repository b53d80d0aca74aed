/* quantize_b256_ref.c - specification: int8 codes in natural order, one scale for every 256 (the last block may be
 * shorter). s = 127 / max |x| (0 when the block is all zero), q = x * s rounded half to even and clamped to -127..127
 * (NaN gives -127), scale = max |x| / 127. */
#include "engine/kernels/kernels.h"
#include "engine/kernels/ref/code.h"
#include <math.h>

static void quantize_block(int8_t *q, float *scale, const float *x, int n)
{
    float largest = 0.0f;
    for (int k = 0; k < n; k++) largest = fabsf(x[k]) > largest ? fabsf(x[k]) : largest;
    float s = largest > 0.0f ? 127.0f / largest : 0.0f;
    *scale = largest / 127.0f;
    for (int k = 0; k < n; k++) q[k] = (int8_t)bn_code_of(x[k] * s);
}

static void quantize(int8_t *q, float *scale, const float *x, int n)
{
    for (int k = 0; k < n; k += 256) quantize_block(q + k, scale + k / 256, x + k, n - k < 256 ? n - k : 256);
}

BN_KERNEL(quantize_b256, ref, BN_CPU_ANY, quantize);
