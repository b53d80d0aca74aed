/* attention_law_vector.c - lanes/attention_law.h for vectors of the compiler. */
#include "engine/kernels/lanes/attention_law.h"

BN_KERNEL(attention_law, BN_VECTOR, BN_CPU_VECTOR, attention_law);
