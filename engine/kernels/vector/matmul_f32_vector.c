/* matmul_f32_vector.c - lanes/matmul_float_tmpl.h for vectors of the compiler. */
#define ELEMENT float
#define LOAD    v16_load
#define LOAD_N  v16_load_n
#include "engine/kernels/lanes/matmul_float_tmpl.h"

BN_KERNEL(matmul_f32, BN_VECTOR, BN_CPU_VECTOR, matmul);
