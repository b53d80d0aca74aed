/* quantize_b256_neon.c - lanes/quantize_b256.h for NEON. */
#include "engine/kernels/lanes/quantize_b256.h"

BN_KERNEL(quantize_b256, neon, BN_CPU_NEON, quantize);
