/* attention_avx2.c - lanes/attention.h for AVX2. */
#include "engine/kernels/lanes/attention.h"

BN_KERNEL(attention, avx2, BN_CPU_AVX2, attention);
