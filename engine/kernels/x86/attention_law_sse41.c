/* attention_law_sse41.c - lanes/attention_law.h for SSE4.1. */
#include "engine/kernels/lanes/attention_law.h"

BN_KERNEL(attention_law, sse41, BN_CPU_SSE41, attention_law);
