/* attention_scores_vector.c - lanes/attention_scores.h for vectors of the compiler. */
#include "engine/kernels/lanes/attention_scores.h"

BN_KERNEL(attention_scores, BN_VECTOR, BN_CPU_VECTOR, attention_scores);
