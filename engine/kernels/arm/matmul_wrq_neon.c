/* matmul_wrq_neon.c - matmul_codes_tmpl.h for two planes of signs, NEON. */
#include "engine/kernels/arm/store_codes.h"

#define PLANES 2
#define store  store_wrq
#include "engine/kernels/arm/matmul_codes_tmpl.h"

BN_KERNEL(matmul_wrq, neon, BN_CPU_NEON, matmul);
