/* attention_merge_sse41.c - lanes/attention_merge.h for SSE4.1. */
#include "engine/kernels/lanes/attention_merge.h"

BN_KERNEL(attention_merge, sse41, BN_CPU_SSE41, merge);
