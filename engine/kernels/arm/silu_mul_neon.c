/* silu_mul_neon.c - lanes/silu_mul.h for NEON. */
#include "engine/kernels/lanes/silu_mul.h"

BN_KERNEL(silu_mul, neon, BN_CPU_NEON, silu_mul);
