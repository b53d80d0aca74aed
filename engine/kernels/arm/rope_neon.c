/* rope_neon.c - lanes/rope.h for NEON. */
#include "engine/kernels/lanes/rope.h"

BN_KERNEL(rope, neon, BN_CPU_NEON, rope);
