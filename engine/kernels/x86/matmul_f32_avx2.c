/* matmul_f32_avx2.c - lanes/matmul_float_tmpl.h for AVX2. */
#define ELEMENT float
#define LOAD    v16_load
#define LOAD_N  v16_load_n
#include "engine/kernels/lanes/matmul_float_tmpl.h"

BN_KERNEL(matmul_f32, avx2, BN_CPU_AVX2, matmul);
