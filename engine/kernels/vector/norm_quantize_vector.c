/* norm_quantize_vector.c - lanes/norm_quantize.h for vectors of the compiler. */
#include "engine/kernels/lanes/norm_quantize.h"

BN_KERNEL(norm_quantize, BN_VECTOR, BN_CPU_VECTOR, norm_quantize);
