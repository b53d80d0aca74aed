/* relu2_mul_avx512vnni.c - lanes/relu2_mul.h for AVX-512. */
#include "engine/kernels/lanes/relu2_mul.h"

BN_KERNEL(relu2_mul, avx512vnni, BN_CPU_AVX512VNNI, relu2_mul);
