/* matmul_wrq_sve.c - matmul_codes_sve_tmpl.h for two planes of signs. */
#include "engine/kernels/tiles/store_sums.h"

#define PLANES 2
#define store  store_plane_sums
#include "engine/kernels/arm/matmul_codes_sve_tmpl.h"

BN_KERNEL(matmul_wrq, sve, BN_CPU_SVE, matmul);
