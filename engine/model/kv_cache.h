/* kv_cache.h - keys and values of all positions in huge pages. A segment of BN_SEGMENT positions holds all layers and
 * kv heads before the next begins: memory comes as the context grows, and each attention call reads one stretch. */
#ifndef BN_MODEL_KV_CACHE_H
#define BN_MODEL_KV_CACHE_H
#include "engine/format/source.h"
#include "engine/kernels/kernels.h"

struct bn_kv_cache {
    enum bn_kv_type type;
    int n_layers, n_kv_heads;
    int n_ctx;    /* rounded up to whole segments */
    int head_dim; /* of the blocks: rounded up to a multiple of 16, the rest is zeros (kernels work on whole vectors) */
    char *memory; /* [n_ctx / BN_SEGMENT][n_layers][n_kv_heads] blocks: keys, their scales, values, their scales */
    size_t bytes, block_bytes;
    size_t bytes_per_position;
};
enum bn_status bn_kv_cache_init(struct bn_kv_cache *cache, const struct bn_config *config, enum bn_kv_type type,
                                int n_ctx, struct bn_error *err);
void bn_kv_cache_release(struct bn_kv_cache *cache);
/* The block that holds position pos, as its number pos % BN_SEGMENT. */
struct bn_kv_block bn_kv_cache_block(const struct bn_kv_cache *cache, int layer, int kv_head, int pos);
/* Key and value of one position of a block as floats [head_dim] (writing goes through the kv_store kernel). */
void bn_kv_cache_read(const struct bn_kv_block *block, int pos, float *k, float *v);
#endif
