/* quantize_s256_avx2.c - lanes/quantize_s256.h for AVX2. */
#include "engine/kernels/lanes/quantize_s256.h"

BN_KERNEL(quantize_s256, avx2, BN_CPU_AVX2, quantize);
