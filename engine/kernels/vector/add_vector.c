/* add_vector.c - lanes/add.h for vectors of the compiler. */
#include "engine/kernels/lanes/add.h"

BN_KERNEL(add, BN_VECTOR, BN_CPU_VECTOR, add);
