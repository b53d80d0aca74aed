/* matmul_q6_k_vector.c - tiles/matmul_q6_k_tmpl.h for vectors of the compiler. */
#include "engine/kernels/vector/vector128.h"
#include "engine/kernels/tiles/matmul_q6_k_tmpl.h"

BN_KERNEL(matmul_q6_k, BN_VECTOR, BN_CPU_VECTOR, matmul);
