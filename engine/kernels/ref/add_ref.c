/* add_ref.c - specification: y = y + x. */
#include "engine/kernels/kernels.h"

static void add(float *y, const float *x, int n)
{
    for (int i = 0; i < n; i++) y[i] = y[i] + x[i];
}

BN_KERNEL(add, ref, BN_CPU_ANY, add);
