/* attention_law_avx512vnni.c - lanes/attention_law.h for AVX-512. */
#include "engine/kernels/lanes/attention_law.h"

BN_KERNEL(attention_law, avx512vnni, BN_CPU_AVX512VNNI, attention_law);
