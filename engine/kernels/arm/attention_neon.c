/* attention_neon.c - lanes/attention.h for NEON. */
#include "engine/kernels/lanes/attention.h"

BN_KERNEL(attention, neon, BN_CPU_NEON, attention);
