/* attention_scores_sse41.c - lanes/attention_scores.h for SSE4.1. */
#include "engine/kernels/lanes/attention_scores.h"

BN_KERNEL(attention_scores, sse41, BN_CPU_SSE41, attention_scores);
