/* attention_merge_vector.c - lanes/attention_merge.h for vectors of the compiler. */
#include "engine/kernels/lanes/attention_merge.h"

BN_KERNEL(attention_merge, BN_VECTOR, BN_CPU_VECTOR, merge);
