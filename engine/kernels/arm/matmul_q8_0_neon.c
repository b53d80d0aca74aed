/* matmul_q8_0_neon.c - Q8_0 for matmul_block32.h, NEON. */
#include "engine/kernels/arm/q8_0.h"
#include "engine/kernels/arm/matmul_block32.h"

BN_KERNEL(matmul_q8_0, neon, BN_CPU_NEON, matmul);
