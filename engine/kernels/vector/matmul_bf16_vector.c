/* matmul_bf16_vector.c - lanes/matmul_float_tmpl.h for vectors of the compiler. */
#define ELEMENT uint16_t
#define LOAD    v16_load_bf16
#define LOAD_N  v16_load_bf16_n
#include "engine/kernels/lanes/matmul_float_tmpl.h"

BN_KERNEL(matmul_bf16, BN_VECTOR, BN_CPU_VECTOR, matmul);
