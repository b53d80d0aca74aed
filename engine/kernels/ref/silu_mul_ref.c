/* silu_mul_ref.c - specification: y = (gate / (1 + exp(-gate))) * up. `y` may be `gate` or `up`. */
#include "engine/kernels/kernels.h"
#include "engine/kernels/exp.h"

static void silu_mul(float *y, const float *gate, const float *up, int n)
{
    for (int i = 0; i < n; i++) y[i] = gate[i] / (1.0f + bn_exp(-gate[i])) * up[i];
}

BN_KERNEL(silu_mul, ref, BN_CPU_ANY, silu_mul);
