/* quantize_s256_sse41.c - lanes/quantize_s256.h for SSE4.1. */
#include "engine/kernels/lanes/quantize_s256.h"

BN_KERNEL(quantize_s256, sse41, BN_CPU_SSE41, quantize);
