/* matmul_i2_i8mm.c - matmul_codes_tmpl.h for ternary weights, I8MM: four tokens at once by smmla. */
#include "engine/kernels/arm/store_codes.h"

#define PLANES 1
#define store  store_ternary
#include "engine/kernels/arm/matmul_codes_tmpl.h"

BN_KERNEL(matmul_i2, i8mm, BN_CPU_DOTPROD | BN_CPU_I8MM, matmul);
