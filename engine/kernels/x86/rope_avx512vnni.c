/* rope_avx512vnni.c - lanes/rope.h for AVX-512. */
#include "engine/kernels/lanes/rope.h"

BN_KERNEL(rope, avx512vnni, BN_CPU_AVX512VNNI, rope);
