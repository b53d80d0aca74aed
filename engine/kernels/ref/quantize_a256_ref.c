/* quantize_a256_ref.c - specification: b1.58 activation codes of one token, FORMATS.md 1.2.
 * A = max(1e-5, max |x|), q = x * (127 / A) rounded half to even and clamped to -127..127 (NaN gives -127), in the
 * order of bn_a256_index, zeros after the end of the row; *sum = sum of q; returns A / 127. */
#include "engine/kernels/kernels.h"
#include "engine/kernels/ref/code.h"
#include <math.h>
#include <string.h>

static float quantize(int8_t *q, int32_t *sum, const float *x, int n)
{
    float largest = 1e-5f;
    for (int k = 0; k < n; k++) largest = fabsf(x[k]) > largest ? fabsf(x[k]) : largest;
    float s = 127.0f / largest;
    memset(q, 0, BN_A256_BYTES(n));
    *sum = 0;
    for (int k = 0; k < n; k++) {
        int code = bn_code_of(x[k] * s);
        q[bn_a256_index(k)] = (int8_t)code;
        *sum += code;
    }
    return largest / 127.0f;
}

BN_KERNEL(quantize_a256, ref, BN_CPU_ANY, quantize);
