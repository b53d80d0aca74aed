/* add_avx512vnni.c - lanes/add.h for AVX-512. */
#include "engine/kernels/lanes/add.h"

BN_KERNEL(add, avx512vnni, BN_CPU_AVX512VNNI, add);
