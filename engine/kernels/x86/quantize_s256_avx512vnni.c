/* quantize_s256_avx512vnni.c - lanes/quantize_s256.h for AVX-512. */
#include "engine/kernels/lanes/quantize_s256.h"

BN_KERNEL(quantize_s256, avx512vnni, BN_CPU_AVX512VNNI, quantize);
