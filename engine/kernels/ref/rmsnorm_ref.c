/* rmsnorm_ref.c - specification: y = w * (x * r), r = 1 / sqrt(mean(x^2) + eps).
 * Lane i sums x[k]^2 over k = i modulo 16, ascending, by fmaf; then bn_reduce16, / n, + eps, sqrt, 1 /. `y` may be `x`.
 */
#include "engine/kernels/kernels.h"
#include <math.h>

static void rmsnorm(float *y, const float *x, const float *w, int n, float eps)
{
    float lane[16] = {0};
    for (int k = 0; k < n; k++) lane[k % 16] = fmaf(x[k], x[k], lane[k % 16]);
    float r = 1.0f / sqrtf(bn_reduce16(lane) / (float)n + eps);
    for (int k = 0; k < n; k++) y[k] = w[k] * (x[k] * r);
}

BN_KERNEL(rmsnorm, ref, BN_CPU_ANY, rmsnorm);
