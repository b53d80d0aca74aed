/* kv_store_sse41.c - lanes/kv_store.h for SSE4.1. */
#include "engine/kernels/lanes/kv_store.h"

BN_KERNEL(kv_store, sse41, BN_CPU_SSE41, store);
