/* matmul_i2_neon.c - matmul_i2_tmpl.h for NEON. */
#include "engine/kernels/arm/matmul_i2_tmpl.h"

BN_KERNEL(matmul_i2, neon, BN_CPU_NEON, matmul);
