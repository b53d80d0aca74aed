/* quantize_a256_avx512vnni.c - lanes/quantize_a256.h for AVX-512. */
#include "engine/kernels/lanes/quantize_a256.h"

BN_KERNEL(quantize_a256, avx512vnni, BN_CPU_AVX512VNNI, quantize);
