/* silu_mul_sse41.c - lanes/silu_mul.h for SSE4.1. */
#include "engine/kernels/lanes/silu_mul.h"

BN_KERNEL(silu_mul, sse41, BN_CPU_SSE41, silu_mul);
