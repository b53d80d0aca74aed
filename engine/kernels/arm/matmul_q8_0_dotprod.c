/* matmul_q8_0_dotprod.c - Q8_0 for matmul_block32_tmpl.h, DOTPROD. */
#include "engine/kernels/arm/q8_0.h"
#include "engine/kernels/arm/matmul_block32_tmpl.h"

BN_KERNEL(matmul_q8_0, dotprod, BN_CPU_DOTPROD, matmul);
