/* norm_quantize_avx512vnni.c - lanes/norm_quantize.h for AVX-512. */
#include "engine/kernels/lanes/norm_quantize.h"

BN_KERNEL(norm_quantize, avx512vnni, BN_CPU_AVX512VNNI, norm_quantize);
