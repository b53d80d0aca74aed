/* attention_merge_neon.c - lanes/attention_merge.h for NEON. */
#include "engine/kernels/lanes/attention_merge.h"

BN_KERNEL(attention_merge, neon, BN_CPU_NEON, merge);
