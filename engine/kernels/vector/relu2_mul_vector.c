/* relu2_mul_vector.c - lanes/relu2_mul.h for vectors of the compiler. */
#include "engine/kernels/lanes/relu2_mul.h"

BN_KERNEL(relu2_mul, BN_VECTOR, BN_CPU_VECTOR, relu2_mul);
