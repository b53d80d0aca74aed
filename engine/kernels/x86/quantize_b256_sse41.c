/* quantize_b256_sse41.c - lanes/quantize_b256.h for SSE4.1. */
#include "engine/kernels/lanes/quantize_b256.h"

BN_KERNEL(quantize_b256, sse41, BN_CPU_SSE41, quantize);
