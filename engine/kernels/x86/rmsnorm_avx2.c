/* rmsnorm_avx2.c - lanes/rmsnorm.h for AVX2. */
#include "engine/kernels/lanes/rmsnorm.h"

BN_KERNEL(rmsnorm, avx2, BN_CPU_AVX2, rmsnorm);
