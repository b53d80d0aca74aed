/* silu_mul.h - SiLU of the gate times up. */
#include "engine/kernels/lanes/lanes.h"

static void silu_mul(float *y, const float *gate, const float *up, int n)
{
    for (int i = 0; i < n; i += 16) {
        v16 g = v16_load_n(gate + i, n - i), e = v16_exp(v16_neg(g));
        v16_store_n(y + i, v16_mul(v16_div(g, v16_add(v16_set(1.0f), e)), v16_load_n(up + i, n - i)), n - i);
    }
}
