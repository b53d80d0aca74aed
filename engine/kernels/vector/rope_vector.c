/* rope_vector.c - lanes/rope.h for vectors of the compiler. */
#include "engine/kernels/lanes/rope.h"

BN_KERNEL(rope, BN_VECTOR, BN_CPU_VECTOR, rope);
