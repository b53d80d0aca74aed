/* norm_quantize_sse41.c - lanes/norm_quantize.h for SSE4.1. */
#include "engine/kernels/lanes/norm_quantize.h"

BN_KERNEL(norm_quantize, sse41, BN_CPU_SSE41, norm_quantize);
