/* relu2_mul_ref.c - specification: y = (r * r) * up with r = gate > 0 ? gate : 0. `y` may be `gate` or `up`. */
#include "engine/kernels/kernels.h"

static void relu2_mul(float *y, const float *gate, const float *up, int n)
{
    for (int i = 0; i < n; i++) {
        float r = gate[i] > 0.0f ? gate[i] : 0.0f;
        y[i] = r * r * up[i];
    }
}

BN_KERNEL(relu2_mul, ref, BN_CPU_ANY, relu2_mul);
