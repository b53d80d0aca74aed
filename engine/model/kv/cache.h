/* cache.h - keys and values of one sequence, in huge pages.
 *
 * A position has a slot: the place of its key and value, in order as long as nothing is evicted (prune.h); every head
 * evicts equally many positions, so that slots are freed for all of them at once. Slots come in segments of BN_SEGMENT
 * that hold all layers and kv heads: memory comes as the context grows, and each attention call reads one stretch.
 * Segments are reference-counted: a cache opened on the beginning of another one shares them, and the first to write
 * takes a copy. */
#ifndef BN_MODEL_KV_CACHE_H
#define BN_MODEL_KV_CACHE_H
#include "engine/format/source.h"
#include "engine/kernels/kernels.h"

struct bn_kv_segment;

struct bn_kv_cache {
    enum bn_kv_type type;
    bool widened; /* an f16 cache that became f32 (range.h) */
    int n_layers, n_kv_heads;
    int n_most;   /* slots that it has room for, in whole segments */
    int head_dim; /* of the blocks: rounded up to a multiple of 16, the rest is zeros (kernels work on whole vectors) */
    int n_positions;                 /* appended so far */
    int n_evicted;                   /* of them, by each head */
    struct bn_kv_segment **segments; /* [n_most / BN_SEGMENT]; NULL where bn_kv_cache_trim gave one back */
    size_t bytes;                    /* mapped by this cache, not shared with the one that it began with */
    size_t block_bytes, segment_bytes;
    size_t bytes_per_position;
};
static inline int bn_kv_cache_n_slots(const struct bn_kv_cache *cache) { return cache->n_positions - cache->n_evicted; }
/* Of a position appended since the latest eviction. */
static inline int bn_kv_cache_slot(const struct bn_kv_cache *cache, int position)
{
    return position - cache->n_evicted;
}

enum bn_status bn_kv_cache_init(struct bn_kv_cache *cache, const struct bn_config *config, enum bn_kv_type type,
                                int n_slots, struct bn_error *err);
/* The first n_positions of `from`, none of them before its latest eviction, by reference, in a cache with room for
 * n_slots. Either may be released first. */
enum bn_status bn_kv_cache_init_shared(struct bn_kv_cache *cache, const struct bn_kv_cache *from, int n_positions,
                                       int n_slots, struct bn_error *err);
void bn_kv_cache_release(struct bn_kv_cache *cache);
/* Gives slots to the next n positions and makes them writable. The cache has room; on failure nothing has changed. */
enum bn_status bn_kv_cache_append(struct bn_kv_cache *cache, int n, struct bn_error *err);
/* To 0, or to no less than there were at the latest eviction. */
void bn_kv_cache_truncate(struct bn_kv_cache *cache, int n_positions);
/* Gives the memory of segments that begin at slots first .. end - 1 back to the system. */
void bn_kv_cache_trim(struct bn_kv_cache *cache, int first, int end);
/* Makes slots first .. end - 1 writable. */
enum bn_status bn_kv_cache_own(struct bn_kv_cache *cache, int first, int end, struct bn_error *err);
/* The block that holds a slot, as its number slot % BN_SEGMENT. */
struct bn_kv_block bn_kv_cache_block(const struct bn_kv_cache *cache, int layer, int kv_head, int slot);
/* Copies key and value of slot `from` to slot `to`, which is writable, as they are. */
void bn_kv_cache_move(const struct bn_kv_cache *cache, int layer, int kv_head, int to, int from);
/* Key and value of one slot of a block as floats [head_dim] (writing goes through the kv_store kernel). */
void bn_kv_cache_read(const struct bn_kv_block *block, int slot, float *k, float *v);
#endif
