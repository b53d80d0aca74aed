/* norm_quantize_neon.c - lanes/norm_quantize.h for NEON. */
#include "engine/kernels/lanes/norm_quantize.h"

BN_KERNEL(norm_quantize, neon, BN_CPU_NEON, norm_quantize);
