/* matmul_q4_0_sse41.c - tiles/matmul_block32_tmpl.h for Q4_0 and SSE4.1. */
#include "engine/kernels/x86/vector128.h"
#include "engine/kernels/tiles/q4_0_tmpl.h"
#include "engine/kernels/tiles/matmul_block32_tmpl.h"

BN_KERNEL(matmul_q4_0, sse41, BN_CPU_SSE41, matmul);
