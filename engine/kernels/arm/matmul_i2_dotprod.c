/* matmul_i2_dotprod.c - matmul_codes_tmpl.h for ternary weights, DOTPROD. */
#include "engine/kernels/arm/store_codes.h"

#define PLANES 1
#define store  store_ternary
#include "engine/kernels/arm/matmul_codes_tmpl.h"

BN_KERNEL(matmul_i2, dotprod, BN_CPU_DOTPROD, matmul);
