/* attention_scores_avx512vnni.c - lanes/attention_scores.h for AVX-512. */
#include "engine/kernels/lanes/attention_scores.h"

BN_KERNEL(attention_scores, avx512vnni, BN_CPU_AVX512VNNI, attention_scores);
