/* attention_scores_avx2.c - lanes/attention_scores.h for AVX2. */
#include "engine/kernels/lanes/attention_scores.h"

BN_KERNEL(attention_scores, avx2, BN_CPU_AVX2, attention_scores);
