/* matmul_f16_sse41.c - lanes/matmul_float_tmpl.h for SSE4.1. */
#define ELEMENT uint16_t
#define LOAD    v16_load_f16
#define LOAD_N  v16_load_f16_n
#include "engine/kernels/lanes/matmul_float_tmpl.h"

BN_KERNEL(matmul_f16, sse41, BN_CPU_SSE41, matmul);
