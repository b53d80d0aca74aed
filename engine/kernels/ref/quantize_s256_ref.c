/* quantize_s256_ref.c - specification: activation codes with a given scale (calibrated, static): q = x * (1 / scale)
 * rounded half to even and clamped to -127..127 (NaN gives -127), in the order of bn_a256_index, zeros after the end of
 * the row; *sum = sum of q; returns how many were clamped: |x * (1 / scale)| > 127.5, or NaN. */
#include "engine/kernels/kernels.h"
#include "engine/kernels/ref/code.h"
#include <math.h>
#include <string.h>

static int quantize(int8_t *q, int32_t *sum, const float *x, int n, float scale)
{
    float s = 1.0f / scale;
    int clamped = 0;
    memset(q, 0, BN_A256_BYTES(n));
    *sum = 0;
    for (int k = 0; k < n; k++) {
        float v = x[k] * s;
        clamped += !(fabsf(v) <= 127.5f);
        int code = bn_code_of(v);
        q[bn_a256_index(k)] = (int8_t)code;
        *sum += code;
    }
    return clamped;
}

BN_KERNEL(quantize_s256, ref, BN_CPU_ANY, quantize);
