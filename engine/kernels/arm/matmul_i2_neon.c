/* matmul_i2_neon.c - matmul_codes_tmpl.h for ternary weights, NEON. */
#include "engine/kernels/arm/store_codes.h"

#define PLANES 1
#define store  store_ternary
#include "engine/kernels/arm/matmul_codes_tmpl.h"

BN_KERNEL(matmul_i2, neon, BN_CPU_NEON, matmul);
