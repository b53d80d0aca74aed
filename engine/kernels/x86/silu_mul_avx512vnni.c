/* silu_mul_avx512vnni.c - lanes/silu_mul.h for AVX-512. */
#include "engine/kernels/lanes/silu_mul.h"

BN_KERNEL(silu_mul, avx512vnni, BN_CPU_AVX512VNNI, silu_mul);
