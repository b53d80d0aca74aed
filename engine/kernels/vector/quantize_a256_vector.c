/* quantize_a256_vector.c - lanes/quantize_a256.h for vectors of the compiler. */
#include "engine/kernels/lanes/quantize_a256.h"

BN_KERNEL(quantize_a256, BN_VECTOR, BN_CPU_VECTOR, quantize);
