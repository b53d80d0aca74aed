/* attention_law_neon.c - lanes/attention_law.h for NEON. */
#include "engine/kernels/lanes/attention_law.h"

BN_KERNEL(attention_law, neon, BN_CPU_NEON, attention_law);
