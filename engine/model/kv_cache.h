/* kv_cache.h - keys and values of all positions, per layer and kv head, in the layout attention reads (struct bn_kv_block). */
#ifndef BN_MODEL_KV_CACHE_H
#define BN_MODEL_KV_CACHE_H
#include "engine/format/source.h"
#include "engine/kernels/kernels.h"

struct bn_kv_cache {
    int n_layers, n_kv_heads;
    int n_ctx;    /* rounded up to whole segments */
    int head_dim; /* of the blocks: rounded up to a multiple of 16, the rest is zeros (kernels work on whole vectors) */
    struct bn_kv_block *blocks;      /* [n_layers][n_kv_heads] */
    void *memory;                    /* one mapping: pages come when positions are written */
    size_t bytes;
    size_t bytes_per_position;
};
enum bn_status bn_kv_cache_init(struct bn_kv_cache *cache, const struct bn_config *config, enum bn_kv_type type, int n_ctx,
                                struct bn_error *err);
void bn_kv_cache_release(struct bn_kv_cache *cache);
static inline const struct bn_kv_block *bn_kv_cache_block(const struct bn_kv_cache *cache, int layer, int kv_head)
{
    return &cache->blocks[(size_t)layer * (size_t)cache->n_kv_heads + (size_t)kv_head];
}
/* Key and value of one position as floats [head_dim] (writing goes through the kv_store kernel). */
void bn_kv_cache_read(const struct bn_kv_block *block, int pos, float *k, float *v);
#endif
