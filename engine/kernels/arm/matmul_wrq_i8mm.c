/* matmul_wrq_i8mm.c - matmul_codes_tmpl.h for two planes of signs, I8MM: four tokens at once by smmla. */
#include "engine/kernels/arm/store_codes.h"

#define PLANES 2
#define store  store_wrq
#include "engine/kernels/arm/matmul_codes_tmpl.h"

BN_KERNEL(matmul_wrq, i8mm, BN_CPU_DOTPROD | BN_CPU_I8MM, matmul);
