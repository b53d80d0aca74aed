/* matmul_q6_k_dotprod.c - matmul_q6_k.h for DOTPROD. */
#include "engine/kernels/arm/matmul_q6_k.h"

BN_KERNEL(matmul_q6_k, dotprod, BN_CPU_DOTPROD, matmul);
