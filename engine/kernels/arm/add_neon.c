/* add_neon.c - lanes/add.h for NEON. */
#include "engine/kernels/lanes/add.h"

BN_KERNEL(add, neon, BN_CPU_NEON, add);
