/* rope_avx2.c - lanes/rope.h for AVX2. */
#include "engine/kernels/lanes/rope.h"

BN_KERNEL(rope, avx2, BN_CPU_AVX2, rope);
