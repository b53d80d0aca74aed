/* kv_cache.h - keys and values of one sequence, in huge pages.
 *
 * A position has a slot: the place of its key and value. Slots are given out in order; a policy that evicts positions
 * frees theirs. Slots come in segments of BN_SEGMENT that hold all layers and kv heads: memory comes as the context
 * grows, and each attention call reads one stretch. Segments are reference-counted: a cache opened on the beginning of
 * another one shares them, and the first to write takes a copy. */
#ifndef BN_MODEL_KV_CACHE_H
#define BN_MODEL_KV_CACHE_H
#include "engine/format/source.h"
#include "engine/kernels/kernels.h"

struct bn_kv_segment;

struct bn_kv_cache {
    enum bn_kv_type type;
    bool widened; /* an f16 cache that became f32 (kv_range.h) */
    int n_layers, n_kv_heads;
    int n_ctx;    /* rounded up to whole segments */
    int head_dim; /* of the blocks: rounded up to a multiple of 16, the rest is zeros (kernels work on whole vectors) */
    int n_positions;                 /* appended so far */
    int n_slots;                     /* given out so far */
    int32_t *slot;                   /* [n_ctx] of each position */
    struct bn_kv_segment **segments; /* [n_ctx / BN_SEGMENT] */
    size_t bytes;                    /* mapped by this cache, not shared with the one that it began with */
    size_t block_bytes, segment_bytes;
    size_t bytes_per_position;
};
enum bn_status bn_kv_cache_init(struct bn_kv_cache *cache, const struct bn_config *config, enum bn_kv_type type,
                                int n_ctx, struct bn_error *err);
/* The first n_positions of `from`, by reference, in a cache for n_ctx >= n_positions. Either may be released first. */
enum bn_status bn_kv_cache_init_shared(struct bn_kv_cache *cache, const struct bn_kv_cache *from, int n_positions,
                                       int n_ctx, struct bn_error *err);
void bn_kv_cache_release(struct bn_kv_cache *cache);
/* Gives slots to the next n positions and makes them writable. The cache has room; on failure nothing has changed. */
enum bn_status bn_kv_cache_append(struct bn_kv_cache *cache, int n, struct bn_error *err);
void bn_kv_cache_truncate(struct bn_kv_cache *cache, int n_positions);
/* Makes the slots from first on writable. */
enum bn_status bn_kv_cache_own(struct bn_kv_cache *cache, int first, int end, struct bn_error *err);
/* The block that holds a slot, as its number slot % BN_SEGMENT. */
struct bn_kv_block bn_kv_cache_block(const struct bn_kv_cache *cache, int layer, int kv_head, int slot);
/* Key and value of one slot of a block as floats [head_dim] (writing goes through the kv_store kernel). */
void bn_kv_cache_read(const struct bn_kv_block *block, int slot, float *k, float *v);
#endif
