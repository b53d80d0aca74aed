/* silu_mul_avx2.c - lanes/silu_mul.h for AVX2. */
#include "engine/kernels/lanes/silu_mul.h"

BN_KERNEL(silu_mul, avx2, BN_CPU_AVX2, silu_mul);
