/* add_avx2.c - lanes/add.h for AVX2. */
#include "engine/kernels/lanes/add.h"

BN_KERNEL(add, avx2, BN_CPU_AVX2, add);
