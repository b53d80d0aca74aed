/* quantize_a256_avx2.c - lanes/quantize_a256.h for AVX2. */
#include "engine/kernels/lanes/quantize_a256.h"

BN_KERNEL(quantize_a256, avx2, BN_CPU_AVX2, quantize);
