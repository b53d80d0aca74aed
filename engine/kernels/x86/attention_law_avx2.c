/* attention_law_avx2.c - lanes/attention_law.h for AVX2. */
#include "engine/kernels/lanes/attention_law.h"

BN_KERNEL(attention_law, avx2, BN_CPU_AVX2, attention_law);
