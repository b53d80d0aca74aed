/* attention_sse41.c - lanes/attention.h for SSE4.1. */
#include "engine/kernels/lanes/attention.h"

BN_KERNEL(attention, sse41, BN_CPU_SSE41, attention);
