/* matmul_f32_neon.c - lanes/matmul_float_tmpl.h for NEON. */
#define ELEMENT float
#define LOAD    v16_load
#define LOAD_N  v16_load_n
#include "engine/kernels/lanes/matmul_float_tmpl.h"

BN_KERNEL(matmul_f32, neon, BN_CPU_NEON, matmul);
