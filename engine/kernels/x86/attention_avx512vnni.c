/* attention_avx512vnni.c - lanes/attention.h for AVX-512. */
#include "engine/kernels/lanes/attention.h"

BN_KERNEL(attention, avx512vnni, BN_CPU_AVX512VNNI, attention);
