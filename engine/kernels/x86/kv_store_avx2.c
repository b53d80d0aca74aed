/* kv_store_avx2.c - lanes/kv_store.h for AVX2. */
#include "engine/kernels/lanes/kv_store.h"

BN_KERNEL(kv_store, avx2, BN_CPU_AVX2, store);
