/* matmul_i2_dotprod.c - matmul_i2_tmpl.h for DOTPROD. */
#include "engine/kernels/arm/matmul_i2_tmpl.h"

BN_KERNEL(matmul_i2, dotprod, BN_CPU_DOTPROD, matmul);
