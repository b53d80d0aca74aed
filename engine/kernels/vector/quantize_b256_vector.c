/* quantize_b256_vector.c - lanes/quantize_b256.h for vectors of the compiler. */
#include "engine/kernels/lanes/quantize_b256.h"

BN_KERNEL(quantize_b256, BN_VECTOR, BN_CPU_VECTOR, quantize);
