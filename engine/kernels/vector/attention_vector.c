/* attention_vector.c - lanes/attention.h for vectors of the compiler. */
#include "engine/kernels/lanes/attention.h"

BN_KERNEL(attention, BN_VECTOR, BN_CPU_VECTOR, attention);
