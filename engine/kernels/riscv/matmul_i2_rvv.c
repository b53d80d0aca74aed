/* matmul_i2_rvv.c - matmul_codes_rvv_tmpl.h for ternary weights: codes 0..2, and the sum of the activations subtracted
 * at the end. */
#include "engine/kernels/tiles/store_sums.h"

#define PLANES 1
#define store  store_ternary_sums
#include "engine/kernels/riscv/matmul_codes_rvv_tmpl.h"

BN_KERNEL(matmul_i2, BN_VECTOR, BN_CPU_VECTOR, matmul);
