/* relu2_mul_avx2.c - lanes/relu2_mul.h for AVX2. */
#include "engine/kernels/lanes/relu2_mul.h"

BN_KERNEL(relu2_mul, avx2, BN_CPU_AVX2, relu2_mul);
