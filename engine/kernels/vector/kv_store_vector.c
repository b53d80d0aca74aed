/* kv_store_vector.c - lanes/kv_store.h for vectors of the compiler. */
#include "engine/kernels/lanes/kv_store.h"

BN_KERNEL(kv_store, BN_VECTOR, BN_CPU_VECTOR, store);
