/* matmul_q4_0_vector.c - tiles/matmul_block32_tmpl.h for Q4_0 and vectors of the compiler. */
#include "engine/kernels/vector/vector128.h"
#include "engine/kernels/tiles/q4_0_tmpl.h"
#include "engine/kernels/tiles/matmul_block32_tmpl.h"

BN_KERNEL(matmul_q4_0, BN_VECTOR, BN_CPU_VECTOR, matmul);
