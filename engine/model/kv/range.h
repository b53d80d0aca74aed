/* range.h - keys and values that a cache's type cannot hold: noticed when they are stored, and the cache made wider.
 *
 * f16 ends at 65,504. A cache that meets a larger value becomes f32; rows (a key or a value of one head) that f16 can
 * hold are still rounded to it, so that results do not depend on when the cache grew, and so neither on batches. */
#ifndef BN_MODEL_KV_RANGE_H
#define BN_MODEL_KV_RANGE_H
#include "engine/model/kv/cache.h"

enum bn_kv_fit { BN_KV_FITS, BN_KV_TOO_LARGE, BN_KV_NOT_FINITE };
/* Stores the key and value [head_dim of the cache] of a slot; with anything but BN_KV_FITS, what the slot then holds is
 * meaningless. */
enum bn_kv_fit bn_kv_cache_store(const struct bn_kv_cache *cache, const struct bn_kernels *kernels, int layer,
                                 int kv_head, int slot, const float *k, const float *v);
/* Makes an f16 cache f32, at twice the memory. On failure nothing has changed: BN_ERR_UNSUPPORTED for q8_0 and q4_0,
 * whose rows would have to be computed anew. */
enum bn_status bn_kv_cache_widen(struct bn_kv_cache *cache, struct bn_error *err);
#endif
