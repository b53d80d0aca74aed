/* matmul_f32_sse41.c - lanes/matmul_float_tmpl.h for SSE4.1. */
#define ELEMENT float
#define LOAD    v16_load
#define LOAD_N  v16_load_n
#include "engine/kernels/lanes/matmul_float_tmpl.h"

BN_KERNEL(matmul_f32, sse41, BN_CPU_SSE41, matmul);
