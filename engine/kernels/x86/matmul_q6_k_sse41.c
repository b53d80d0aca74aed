/* matmul_q6_k_sse41.c - tiles/matmul_q6_k_tmpl.h for SSE4.1. */
#include "engine/kernels/x86/vector128.h"
#include "engine/kernels/tiles/matmul_q6_k_tmpl.h"

BN_KERNEL(matmul_q6_k, sse41, BN_CPU_SSE41, matmul);
