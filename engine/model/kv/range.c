/* range.c - the range of KV cache types, and f16 caches that become f32. */
#include "engine/model/kv/range.h"
#include "engine/core/half.h"
#include "engine/model/fault.h"
#include "engine/model/kv/segments.h"
#include <string.h>

/* The row as f16 would hold it, or as it is when f16 cannot. */
static const float *as_f16(float *buffer, const float *x, size_t n)
{
    if (!bn_all_within(x, n, bn_kv_most(BN_KV_F16))) return x;
    for (size_t d = 0; d < n; d++) buffer[d] = bn_f16_to_f32(bn_f32_to_f16(x[d]));
    return buffer;
}

static __attribute__((noinline)) bool store_widened(const struct bn_kernels *kernels, const struct bn_kv_block *block,
                                                    int slot, const float *k, const float *v)
{
    float key[BN_MAX_HEAD_DIM], value[BN_MAX_HEAD_DIM];
    size_t dim = (size_t)block->head_dim;
    return kernels->kv_store(block, slot, as_f16(key, k, dim), as_f16(value, v, dim));
}

enum bn_kv_fit bn_kv_cache_store(const struct bn_kv_cache *cache, const struct bn_kernels *kernels, int layer,
                                 int kv_head, int slot, const float *k, const float *v)
{
    size_t dim = (size_t)cache->head_dim;
    struct bn_kv_block block = bn_kv_cache_block(cache, layer, kv_head, slot);
    bool fits = cache->widened ? store_widened(kernels, &block, slot % BN_SEGMENT, k, v)
                               : kernels->kv_store(&block, slot % BN_SEGMENT, k, v);
    if (fits) return BN_KV_FITS;
    return bn_all_finite(k, dim) && bn_all_finite(v, dim) ? BN_KV_TOO_LARGE : BN_KV_NOT_FINITE;
}

/* Codes keep their places, so a block is widened in one go (struct bn_kv_block). */
static void widen_block(const struct bn_kv_block *to, const struct bn_kv_block *from)
{
    size_t n = (size_t)from->head_dim * BN_SEGMENT;
    for (size_t i = 0; i < n; i++) {
        ((float *)to->k)[i] = bn_f16_to_f32(((const uint16_t *)from->k)[i]);
        ((float *)to->v)[i] = bn_f16_to_f32(((const uint16_t *)from->v)[i]);
    }
}

enum bn_status bn_kv_cache_widen(struct bn_kv_cache *cache, struct bn_error *err)
{
    const struct bn_config shape = {
        .n_layers = cache->n_layers, .n_kv_heads = cache->n_kv_heads, .head_dim = cache->head_dim};
    struct bn_kv_cache wide;
    if (cache->type != BN_KV_F16)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "Keys or values of this model are above %.0f, which a %s KV cache cannot hold; choose f32.",
                       (double)bn_kv_most(cache->type), cache->type == BN_KV_Q8_0 ? "q8_0" : "q4_0");
    enum bn_status status = bn_kv_cache_init(&wide, &shape, BN_KV_F32, cache->n_most, err);
    if (status != BN_OK) return status;
    wide.widened = true;
    wide.n_positions = cache->n_positions;
    wide.n_evicted = cache->n_evicted;
    for (int slot = 0; slot < bn_kv_cache_n_slots(cache); slot += BN_SEGMENT)
        for (int layer = 0; layer < cache->n_layers; layer++)
            for (int h = 0; h < cache->n_kv_heads; h++) {
                struct bn_kv_block from = bn_kv_cache_block(cache, layer, h, slot),
                                   to = bn_kv_cache_block(&wide, layer, h, slot);
                widen_block(&to, &from);
            }
    bn_kv_cache_release(cache);
    *cache = wide;
    return BN_OK;
}
