/* add_sse41.c - lanes/add.h for SSE4.1. */
#include "engine/kernels/lanes/add.h"

BN_KERNEL(add, sse41, BN_CPU_SSE41, add);
