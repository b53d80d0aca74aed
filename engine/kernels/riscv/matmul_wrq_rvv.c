/* matmul_wrq_rvv.c - matmul_codes_rvv_tmpl.h for two planes of signs. */
#include "engine/kernels/tiles/store_sums.h"

#define PLANES 2
#define store  store_plane_sums
#include "engine/kernels/riscv/matmul_codes_rvv_tmpl.h"

BN_KERNEL(matmul_wrq, BN_VECTOR, BN_CPU_VECTOR, matmul);
