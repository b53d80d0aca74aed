/* relu2_mul_neon.c - lanes/relu2_mul.h for NEON. */
#include "engine/kernels/lanes/relu2_mul.h"

BN_KERNEL(relu2_mul, neon, BN_CPU_NEON, relu2_mul);
