/* matmul_bf16_avx512vnni.c - lanes/matmul_float_tmpl.h for AVX-512. */
#define ELEMENT uint16_t
#define LOAD    v16_load_bf16
#define LOAD_N  v16_load_bf16_n
#include "engine/kernels/lanes/matmul_float_tmpl.h"

BN_KERNEL(matmul_bf16, avx512vnni, BN_CPU_AVX512VNNI, matmul);
