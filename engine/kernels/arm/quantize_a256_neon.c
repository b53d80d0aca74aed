/* quantize_a256_neon.c - lanes/quantize_a256.h for NEON. */
#include "engine/kernels/lanes/quantize_a256.h"

BN_KERNEL(quantize_a256, neon, BN_CPU_NEON, quantize);
