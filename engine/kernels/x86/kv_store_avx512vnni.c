/* kv_store_avx512vnni.c - lanes/kv_store.h for AVX-512. */
#include "engine/kernels/lanes/kv_store.h"

BN_KERNEL(kv_store, avx512vnni, BN_CPU_AVX512VNNI, store);
