/* quantize_b256_avx2.c - lanes/quantize_b256.h for AVX2. */
#include "engine/kernels/lanes/quantize_b256.h"

BN_KERNEL(quantize_b256, avx2, BN_CPU_AVX2, quantize);
