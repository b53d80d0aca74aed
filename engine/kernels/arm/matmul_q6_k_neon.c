/* matmul_q6_k_neon.c - matmul_q6_k.h for NEON. */
#include "engine/kernels/arm/matmul_q6_k.h"

BN_KERNEL(matmul_q6_k, neon, BN_CPU_NEON, matmul);
