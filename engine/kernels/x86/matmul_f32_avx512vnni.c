/* matmul_f32_avx512vnni.c - lanes/matmul_float_tmpl.h for AVX-512. */
#define ELEMENT float
#define LOAD    v16_load
#define LOAD_N  v16_load_n
#include "engine/kernels/lanes/matmul_float_tmpl.h"

BN_KERNEL(matmul_f32, avx512vnni, BN_CPU_AVX512VNNI, matmul);
