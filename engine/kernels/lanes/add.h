/* add.h - y = y + x. */
#include "engine/kernels/lanes/lanes.h"

static void add(float *y, const float *x, int n)
{
    for (int i = 0; i < n; i += 16)
        v16_store_n(y + i, v16_add(v16_load_n(y + i, n - i), v16_load_n(x + i, n - i)), n - i);
}
