/* rmsnorm_avx512vnni.c - lanes/rmsnorm.h for AVX-512. */
#include "engine/kernels/lanes/rmsnorm.h"

BN_KERNEL(rmsnorm, avx512vnni, BN_CPU_AVX512VNNI, rmsnorm);
