/* relu2_mul_sse41.c - lanes/relu2_mul.h for SSE4.1. */
#include "engine/kernels/lanes/relu2_mul.h"

BN_KERNEL(relu2_mul, sse41, BN_CPU_SSE41, relu2_mul);
