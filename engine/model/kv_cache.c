/* kv_cache.c - where blocks of keys and values lie, and one position read back. */
#include "engine/model/kv_cache.h"
#include "engine/core/huge_pages.h"
#include "engine/format/half.h"
#include <string.h>

static size_t element_bytes(enum bn_kv_type type) { return type == BN_KV_F32 ? 4 : type == BN_KV_F16 ? 2 : 1; }

/* Keys or values of one position of one kv head. */
static size_t codes_bytes(enum bn_kv_type type, size_t dim) { return dim * element_bytes(type); }
static size_t scales_bytes(enum bn_kv_type type, size_t dim) { return type == BN_KV_Q8_0 ? dim / 32 * 2 : 0; }

enum bn_status bn_kv_cache_init(struct bn_kv_cache *cache, const struct bn_config *config, enum bn_kv_type type,
                                int n_ctx, struct bn_error *err)
{
    size_t n_blocks = (size_t)config->n_layers * (size_t)config->n_kv_heads,
           dim = ((size_t)config->head_dim + 15) / 16 * 16;
    size_t segments = ((size_t)n_ctx + BN_SEGMENT - 1) / BN_SEGMENT,
           position = 2 * (codes_bytes(type, dim) + scales_bytes(type, dim));
    if ((uint64_t)segments * BN_SEGMENT * n_blocks * position > PTRDIFF_MAX) /* 32-bit CPUs */
        return bn_fail_memory(err, "the KV cache (a smaller context needs less)", SIZE_MAX);
    *cache = (struct bn_kv_cache){.type = type,
                                  .n_layers = config->n_layers,
                                  .n_kv_heads = config->n_kv_heads,
                                  .n_ctx = (int)(segments * BN_SEGMENT),
                                  .head_dim = (int)dim,
                                  .block_bytes = position * BN_SEGMENT,
                                  .bytes_per_position = n_blocks * position};
    if (type == BN_KV_Q8_0 && dim % 32)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "A q8_0 KV cache needs a head size that is a multiple of 32, not %zu; use f16.", dim);
    cache->bytes = segments * n_blocks * cache->block_bytes;
    cache->memory = bn_huge_pages_map(&cache->bytes);
    return cache->memory ? BN_OK : bn_fail_memory(err, "the KV cache (a smaller context needs less)", cache->bytes);
}

void bn_kv_cache_release(struct bn_kv_cache *cache)
{
    bn_huge_pages_unmap(cache->memory, cache->bytes);
    memset(cache, 0, sizeof *cache);
}

struct bn_kv_block bn_kv_cache_block(const struct bn_kv_cache *cache, int layer, int kv_head, int pos)
{
    size_t dim = (size_t)cache->head_dim, codes = codes_bytes(cache->type, dim) * BN_SEGMENT,
           half = cache->block_bytes / 2;
    size_t at = ((size_t)(pos / BN_SEGMENT) * (size_t)cache->n_layers + (size_t)layer) * (size_t)cache->n_kv_heads +
                (size_t)kv_head;
    char *k = cache->memory + at * cache->block_bytes, *v = k + half;
    bool scaled = cache->type == BN_KV_Q8_0;
    return (struct bn_kv_block){cache->type,
                                cache->head_dim,
                                k,
                                v,
                                scaled ? (uint16_t *)(k + codes) : NULL,
                                scaled ? (uint16_t *)(v + codes) : NULL};
}

static float element(enum bn_kv_type type, const void *data, size_t i, uint16_t scale)
{
    switch (type) {
    case BN_KV_F32:
        return ((const float *)data)[i];
    case BN_KV_F16:
        return bn_f16_to_f32(((const uint16_t *)data)[i]);
    case BN_KV_Q8_0:
        return (float)((const int8_t *)data)[i] * bn_f16_to_f32(scale);
    }
    return 0;
}

void bn_kv_cache_read(const struct bn_kv_block *block, int pos, float *k, float *v)
{
    size_t dim = (size_t)block->head_dim, p = (size_t)pos, lane = p % 16, group = p / 16;
    bool q8 = block->type == BN_KV_Q8_0;
    for (size_t d = 0; d < dim; d++) {
        uint16_t k_scale = block->k_scale ? block->k_scale[(group * (dim / 32) + d / 32) * 16 + lane] : 0;
        uint16_t v_scale = block->v_scale ? block->v_scale[d / 32 * BN_SEGMENT + p] : 0;
        k[d] = element(block->type, block->k, q8 ? bn_q8_key_index(dim, p, d) : (group * dim + d) * 16 + lane, k_scale);
        v[d] = element(block->type, block->v, q8 ? bn_q8_value_index(p, d) : p * dim + d, v_scale);
    }
}
