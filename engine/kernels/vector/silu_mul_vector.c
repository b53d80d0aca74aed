/* silu_mul_vector.c - lanes/silu_mul.h for vectors of the compiler. */
#include "engine/kernels/lanes/silu_mul.h"

BN_KERNEL(silu_mul, BN_VECTOR, BN_CPU_VECTOR, silu_mul);
