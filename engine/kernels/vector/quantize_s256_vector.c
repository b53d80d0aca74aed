/* quantize_s256_vector.c - lanes/quantize_s256.h for vectors of the compiler. */
#include "engine/kernels/lanes/quantize_s256.h"

BN_KERNEL(quantize_s256, BN_VECTOR, BN_CPU_VECTOR, quantize);
