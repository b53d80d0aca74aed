/* matmul_q4_0_neon.c - Q4_0 for matmul_block32_tmpl.h, NEON. */
#include "engine/kernels/arm/q4_0.h"
#include "engine/kernels/arm/matmul_block32_tmpl.h"

BN_KERNEL(matmul_q4_0, neon, BN_CPU_NEON, matmul);
