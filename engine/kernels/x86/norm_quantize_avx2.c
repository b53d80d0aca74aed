/* norm_quantize_avx2.c - lanes/norm_quantize.h for AVX2. */
#include "engine/kernels/lanes/norm_quantize.h"

BN_KERNEL(norm_quantize, avx2, BN_CPU_AVX2, norm_quantize);
