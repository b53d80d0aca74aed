/* rmsnorm_neon.c - lanes/rmsnorm.h for NEON. */
#include "engine/kernels/lanes/rmsnorm.h"

BN_KERNEL(rmsnorm, neon, BN_CPU_NEON, rmsnorm);
