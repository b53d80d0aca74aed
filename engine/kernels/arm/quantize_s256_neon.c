/* quantize_s256_neon.c - lanes/quantize_s256.h for NEON. */
#include "engine/kernels/lanes/quantize_s256.h"

BN_KERNEL(quantize_s256, neon, BN_CPU_NEON, quantize);
