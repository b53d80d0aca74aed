/* rmsnorm_vector.c - lanes/rmsnorm.h for vectors of the compiler. */
#include "engine/kernels/lanes/rmsnorm.h"

BN_KERNEL(rmsnorm, BN_VECTOR, BN_CPU_VECTOR, rmsnorm);
