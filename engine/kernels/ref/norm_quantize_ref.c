/* norm_quantize_ref.c - specification: quantize_a256 of what rmsnorm makes of x [n] with the weights w, without the
 * normalised row in memory: the same codes, sum and scale. */
#include "engine/kernels/kernels.h"
#include "engine/kernels/ref/code.h"
#include <math.h>
#include <string.h>

static float norm_quantize(int8_t *q, int32_t *sum, const float *x, const float *w, int n, float eps)
{
    float lane[16] = {0}, largest = 1e-5f;
    for (int k = 0; k < n; k++) lane[k % 16] = fmaf(x[k], x[k], lane[k % 16]);
    float r = 1.0f / sqrtf(bn_reduce16(lane) / (float)n + eps);
    for (int k = 0; k < n; k++) {
        float a = fabsf(w[k] * (x[k] * r));
        largest = a > largest ? a : largest;
    }
    float s = 127.0f / largest;
    memset(q, 0, BN_A256_BYTES(n));
    *sum = 0;
    for (int k = 0; k < n; k++) {
        int code = bn_code_of(w[k] * (x[k] * r) * s);
        q[bn_a256_index(k)] = (int8_t)code;
        *sum += code;
    }
    return largest / 127.0f;
}

BN_KERNEL(norm_quantize, ref, BN_CPU_ANY, norm_quantize);
