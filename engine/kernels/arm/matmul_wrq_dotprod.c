/* matmul_wrq_dotprod.c - matmul_codes_tmpl.h for two planes of signs, DOTPROD. */
#include "engine/kernels/arm/store_codes.h"

#define PLANES 2
#define store  store_wrq
#include "engine/kernels/arm/matmul_codes_tmpl.h"

BN_KERNEL(matmul_wrq, dotprod, BN_CPU_DOTPROD, matmul);
