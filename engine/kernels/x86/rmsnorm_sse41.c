/* rmsnorm_sse41.c - lanes/rmsnorm.h for SSE4.1. */
#include "engine/kernels/lanes/rmsnorm.h"

BN_KERNEL(rmsnorm, sse41, BN_CPU_SSE41, rmsnorm);
