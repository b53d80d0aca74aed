/* rope_sse41.c - lanes/rope.h for SSE4.1. */
#include "engine/kernels/lanes/rope.h"

BN_KERNEL(rope, sse41, BN_CPU_SSE41, rope);
