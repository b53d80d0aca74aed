/* kv_store_neon.c - lanes/kv_store.h for NEON. */
#include "engine/kernels/lanes/kv_store.h"

BN_KERNEL(kv_store, neon, BN_CPU_NEON, store);
