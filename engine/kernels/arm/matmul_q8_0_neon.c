/* matmul_q8_0_neon.c - Q8_0 for matmul_block32_tmpl.h, NEON. */
#include "engine/kernels/arm/q8_0.h"
#include "engine/kernels/arm/matmul_block32_tmpl.h"

BN_KERNEL(matmul_q8_0, neon, BN_CPU_NEON, matmul);
