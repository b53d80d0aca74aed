/* kv_cache.c - one zeroed mapping cut into blocks; zero pages cost nothing until they are used. */
#include "engine/model/kv_cache.h"
#include "engine/format/half.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static size_t element_bytes(enum bn_kv_type type) { return type == BN_KV_F32 ? 4 : type == BN_KV_F16 ? 2 : 1; }

enum bn_status bn_kv_cache_init(struct bn_kv_cache *cache, const struct bn_config *config, enum bn_kv_type type, int n_ctx,
                                struct bn_error *err)
{
    size_t n_blocks = (size_t)config->n_layers * (size_t)config->n_kv_heads, dim = ((size_t)config->head_dim + 15) / 16 * 16;
    size_t positions = ((size_t)n_ctx + BN_SEGMENT - 1) / BN_SEGMENT * BN_SEGMENT;
    size_t scale_bytes = type == BN_KV_Q8_0 ? dim / 32 * 2 : 0; /* of one position, keys or values */
    size_t half = (dim * element_bytes(type) + scale_bytes) * positions;
    half = (half + 63) / 64 * 64;
    *cache = (struct bn_kv_cache){.n_layers = config->n_layers, .n_kv_heads = config->n_kv_heads, .n_ctx = (int)positions, .head_dim = (int)dim,
                                  .bytes = n_blocks * half * 2,
                                  .bytes_per_position = n_blocks * 2 * (dim * element_bytes(type) + scale_bytes)};
    if (type == BN_KV_Q8_0 && dim % 32)
        return bn_fail(err, BN_ERR_UNSUPPORTED, "A q8_0 KV cache needs a head size that is a multiple of 32, not %zu; use f16.", dim);
    cache->blocks = calloc(n_blocks, sizeof *cache->blocks);
    cache->memory = mmap(NULL, cache->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!cache->blocks || cache->memory == MAP_FAILED) {
        if (cache->memory == MAP_FAILED) cache->memory = NULL;
        bn_kv_cache_release(cache);
        return bn_fail_memory(err, "the KV cache (a smaller context needs less)", n_blocks * half * 2);
    }
    for (size_t i = 0; i < n_blocks; i++) {
        char *k = (char *)cache->memory + i * half * 2, *v = k + half;
        size_t data = dim * element_bytes(type) * positions;
        cache->blocks[i] = (struct bn_kv_block){type, (int)dim, k, v, scale_bytes ? (uint16_t *)(k + data) : NULL,
                                                scale_bytes ? (uint16_t *)(v + data) : NULL};
    }
    return BN_OK;
}

void bn_kv_cache_release(struct bn_kv_cache *cache)
{
    if (cache->memory) munmap(cache->memory, cache->bytes);
    free(cache->blocks);
    memset(cache, 0, sizeof *cache);
}

static float element(enum bn_kv_type type, const void *data, size_t i, uint16_t scale)
{
    switch (type) {
    case BN_KV_F32: return ((const float *)data)[i];
    case BN_KV_F16: return bn_f16_to_f32(((const uint16_t *)data)[i]);
    case BN_KV_Q8_0: return (float)((const int8_t *)data)[i] * bn_f16_to_f32(scale);
    }
    return 0;
}

void bn_kv_cache_read(const struct bn_kv_block *block, int pos, float *k, float *v)
{
    size_t dim = (size_t)block->head_dim, p = (size_t)pos, lane = p % 16, group = p / 16;
    for (size_t d = 0; d < dim; d++) {
        uint16_t k_scale = block->k_scale ? block->k_scale[(group * (dim / 32) + d / 32) * 16 + lane] : 0;
        uint16_t v_scale = block->v_scale ? block->v_scale[p * (dim / 32) + d / 32] : 0;
        k[d] = element(block->type, block->k, (group * dim + d) * 16 + lane, k_scale);
        v[d] = element(block->type, block->v, p * dim + d, v_scale);
    }
}
