/* relu2_mul.h - squared ReLU of the gate times up. */
#include "engine/kernels/lanes/lanes.h"

static void relu2_mul(float *y, const float *gate, const float *up, int n)
{
    for (int i = 0; i < n; i += 16) {
        v16 r = v16_max(v16_load_n(gate + i, n - i), v16_set(0.0f));
        v16_store_n(y + i, v16_mul(v16_mul(r, r), v16_load_n(up + i, n - i)), n - i);
    }
}
