/* attention_merge_avx512vnni.c - lanes/attention_merge.h for AVX-512. */
#include "engine/kernels/lanes/attention_merge.h"

BN_KERNEL(attention_merge, avx512vnni, BN_CPU_AVX512VNNI, merge);
