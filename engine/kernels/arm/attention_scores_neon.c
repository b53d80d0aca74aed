/* attention_scores_neon.c - lanes/attention_scores.h for NEON. */
#include "engine/kernels/lanes/attention_scores.h"

BN_KERNEL(attention_scores, neon, BN_CPU_NEON, attention_scores);
