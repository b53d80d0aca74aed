/* quantize_b256_avx512vnni.c - lanes/quantize_b256.h for AVX-512. */
#include "engine/kernels/lanes/quantize_b256.h"

BN_KERNEL(quantize_b256, avx512vnni, BN_CPU_AVX512VNNI, quantize);
