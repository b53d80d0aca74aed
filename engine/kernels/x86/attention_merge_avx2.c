/* attention_merge_avx2.c - lanes/attention_merge.h for AVX2. */
#include "engine/kernels/lanes/attention_merge.h"

BN_KERNEL(attention_merge, avx2, BN_CPU_AVX2, merge);
