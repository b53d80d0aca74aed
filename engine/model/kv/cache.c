/* cache.c - slots of positions, segments of slots, blocks of segments, and one slot read back. */
#include "engine/model/kv/cache.h"
#include "engine/format/half.h"
#include "engine/model/kv/segments.h"
#include <stdlib.h>
#include <string.h>

static size_t element_bits(enum bn_kv_type type)
{
    static const size_t bits[] = {[BN_KV_F16] = 16, [BN_KV_F32] = 32, [BN_KV_Q8_0] = 8, [BN_KV_Q4_0] = 4};
    return bits[type];
}

/* Keys or values of one position of one kv head. */
static size_t codes_bytes(enum bn_kv_type type, size_t dim) { return dim * element_bits(type) / 8; }
static size_t scales_bytes(enum bn_kv_type type, size_t dim) { return bn_kv_has_scales(type) ? dim / 32 * 2 : 0; }

static enum bn_status no_memory(size_t bytes, struct bn_error *err)
{
    return bn_fail_memory(err, "the KV cache (a smaller context needs less)", bytes);
}

static size_t n_segments(const struct bn_kv_cache *cache) { return (size_t)cache->n_most / BN_SEGMENT; }
static size_t segments_for(int n_slots) { return ((size_t)n_slots + BN_SEGMENT - 1) / BN_SEGMENT; }

/* Everything but the first `shared` segments, which the caller puts in. */
static enum bn_status allocate(struct bn_kv_cache *cache, size_t shared, struct bn_error *err)
{
    size_t n = n_segments(cache);
    cache->segments = calloc(n, sizeof *cache->segments);
    if (cache->segments && n > shared)
        cache->bytes = bn_kv_segments_map(cache->segments + shared, n - shared, cache->segment_bytes);
    if (cache->segments && (cache->bytes || n == shared)) return BN_OK;
    free(cache->segments);
    cache->segments = NULL;
    return no_memory((n - shared) * cache->segment_bytes, err);
}

enum bn_status bn_kv_cache_init(struct bn_kv_cache *cache, const struct bn_config *config, enum bn_kv_type type,
                                int n_slots, struct bn_error *err)
{
    size_t n_blocks = (size_t)config->n_layers * (size_t)config->n_kv_heads,
           dim = ((size_t)config->head_dim + 15) / 16 * 16;
    size_t segments = segments_for(n_slots), position = 2 * (codes_bytes(type, dim) + scales_bytes(type, dim));
    if ((uint64_t)segments * BN_SEGMENT * n_blocks * position > PTRDIFF_MAX) /* 32-bit CPUs */
        return no_memory(SIZE_MAX, err);
    *cache = (struct bn_kv_cache){.type = type,
                                  .n_layers = config->n_layers,
                                  .n_kv_heads = config->n_kv_heads,
                                  .n_most = (int)(segments * BN_SEGMENT),
                                  .head_dim = (int)dim,
                                  .block_bytes = position * BN_SEGMENT,
                                  .segment_bytes = n_blocks * position * BN_SEGMENT,
                                  .bytes_per_position = n_blocks * position};
    if (bn_kv_has_scales(type) && dim % 32)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "A q8_0 or q4_0 KV cache needs a head size that is a multiple of 32, not %zu; use f16.", dim);
    return allocate(cache, 0, err);
}

enum bn_status bn_kv_cache_init_shared(struct bn_kv_cache *cache, const struct bn_kv_cache *from, int n_positions,
                                       int n_slots, struct bn_error *err)
{
    *cache = *from;
    cache->n_most = (int)(segments_for(n_slots) * BN_SEGMENT);
    cache->bytes = 0;
    bn_kv_cache_truncate(cache, n_positions);
    size_t shared = segments_for(bn_kv_cache_n_slots(cache));
    enum bn_status status = allocate(cache, shared, err);
    if (status != BN_OK) return status;
    for (size_t i = 0; i < shared; i++) {
        cache->segments[i] = from->segments[i];
        atomic_fetch_add(&cache->segments[i]->users, 1);
    }
    return BN_OK;
}

void bn_kv_cache_release(struct bn_kv_cache *cache)
{
    for (size_t i = 0; cache->segments && i < n_segments(cache); i++)
        bn_kv_segment_drop(cache->segments[i], cache->segment_bytes);
    free(cache->segments);
    memset(cache, 0, sizeof *cache);
}

/* ---- slots ---- */

static enum bn_status own_segment(struct bn_kv_cache *cache, size_t i, struct bn_error *err)
{
    struct bn_kv_segment *old = cache->segments[i], *mine;
    if (old && atomic_load(&old->users) == 1) return BN_OK;
    size_t bytes = bn_kv_segments_map(&mine, 1, cache->segment_bytes);
    if (!bytes) return no_memory(cache->segment_bytes, err);
    if (old) memcpy(mine->memory, old->memory, cache->segment_bytes);
    cache->segments[i] = mine;
    cache->bytes += bytes;
    bn_kv_segment_drop(old, cache->segment_bytes);
    return BN_OK;
}

enum bn_status bn_kv_cache_own(struct bn_kv_cache *cache, int first, int end, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = (size_t)first / BN_SEGMENT; status == BN_OK && i < segments_for(end); i++)
        status = own_segment(cache, i, err);
    return status;
}

enum bn_status bn_kv_cache_append(struct bn_kv_cache *cache, int n, struct bn_error *err)
{
    int n_slots = bn_kv_cache_n_slots(cache);
    enum bn_status status = bn_kv_cache_own(cache, n_slots, n_slots + n, err);
    if (status == BN_OK) cache->n_positions += n;
    return status;
}

void bn_kv_cache_truncate(struct bn_kv_cache *cache, int n_positions)
{
    cache->n_positions = n_positions;
    if (!n_positions) cache->n_evicted = 0;
}

void bn_kv_cache_trim(struct bn_kv_cache *cache, int first, int end)
{
    for (size_t i = segments_for(first); i < segments_for(end); i++) {
        if (!cache->segments[i]) continue;
        bn_kv_segment_drop(cache->segments[i], cache->segment_bytes);
        cache->segments[i] = NULL;
        cache->bytes -= cache->segment_bytes < cache->bytes ? cache->segment_bytes : cache->bytes;
    }
}

struct bn_kv_block bn_kv_cache_block(const struct bn_kv_cache *cache, int layer, int kv_head, int slot)
{
    size_t dim = (size_t)cache->head_dim, codes = codes_bytes(cache->type, dim) * BN_SEGMENT,
           half = cache->block_bytes / 2, at = (size_t)layer * (size_t)cache->n_kv_heads + (size_t)kv_head;
    char *k = cache->segments[slot / BN_SEGMENT]->memory + at * cache->block_bytes, *v = k + half;
    bool scaled = bn_kv_has_scales(cache->type);
    return (struct bn_kv_block){cache->type,
                                cache->head_dim,
                                k,
                                v,
                                scaled ? (uint16_t *)(k + codes) : NULL,
                                scaled ? (uint16_t *)(v + codes) : NULL};
}

/* ---- one slot ---- */

/* Copies `n` elements of `size` bytes, both `stride` elements apart. */
static void copy_elements(char *to, const char *from, size_t n, size_t size, size_t stride)
{
    for (size_t i = 0; i < n; i++) memcpy(to + i * stride * size, from + i * stride * size, size);
}

/* Codes and scales: keys in groups of 16 slots, four codes of each together; values dim by dim. */
static void move_codes(const struct bn_kv_block *a, size_t i, const struct bn_kv_block *b, size_t j)
{
    size_t dim = (size_t)a->head_dim;
    bool q8 = a->type == BN_KV_Q8_0;
    size_t to = q8 ? bn_q8_key_index(dim, i, 0) : bn_q4_key_index(dim, i, 0),
           from = q8 ? bn_q8_key_index(dim, j, 0) : bn_q4_key_index(dim, j, 0);
    copy_elements((char *)a->k + to, (const char *)b->k + from, dim / 4, q8 ? 4 : 2, 16);
    for (size_t d = 0; d < dim; d++)
        if (q8)
            ((int8_t *)a->v)[bn_q8_value_index(i, d)] = ((const int8_t *)b->v)[bn_q8_value_index(j, d)];
        else if (d % 32 < 16) /* both halves of a byte are of one slot */
            ((uint8_t *)a->v)[bn_q4_value_index(i, d)] = ((const uint8_t *)b->v)[bn_q4_value_index(j, d)];
    copy_elements((char *)(a->k_scale + i / 16 * (dim / 32) * 16 + i % 16),
                  (const char *)(b->k_scale + j / 16 * (dim / 32) * 16 + j % 16), dim / 32, 2, 16);
    copy_elements((char *)(a->v_scale + i), (const char *)(b->v_scale + j), dim / 32, 2, BN_SEGMENT);
}

void bn_kv_cache_move(const struct bn_kv_cache *cache, int layer, int kv_head, int to, int from)
{
    struct bn_kv_block a = bn_kv_cache_block(cache, layer, kv_head, to),
                       b = bn_kv_cache_block(cache, layer, kv_head, from);
    size_t dim = (size_t)cache->head_dim, size = element_bits(cache->type) / 8, i = (size_t)to % BN_SEGMENT,
           j = (size_t)from % BN_SEGMENT;
    if (bn_kv_has_scales(cache->type)) {
        move_codes(&a, i, &b, j);
        return;
    }
    copy_elements((char *)a.k + (i / 16 * dim * 16 + i % 16) * size, (char *)b.k + (j / 16 * dim * 16 + j % 16) * size,
                  dim, size, 16);
    memcpy((char *)a.v + i * dim * size, (char *)b.v + j * dim * size, dim * size);
}

static float element(enum bn_kv_type type, const void *data, size_t i)
{
    return type == BN_KV_F32 ? ((const float *)data)[i] : bn_f16_to_f32(((const uint16_t *)data)[i]);
}

static void read_codes(const struct bn_kv_block *block, size_t p, float *k, float *v)
{
    size_t dim = (size_t)block->head_dim;
    for (size_t d = 0; d < dim; d++) {
        k[d] = (float)bn_kv_key_code(block, p, d) *
               bn_f16_to_f32(block->k_scale[(p / 16 * (dim / 32) + d / 32) * 16 + p % 16]);
        v[d] = (float)bn_kv_value_code(block, p, d) * bn_f16_to_f32(block->v_scale[d / 32 * BN_SEGMENT + p]);
    }
}

void bn_kv_cache_read(const struct bn_kv_block *block, int slot, float *k, float *v)
{
    size_t dim = (size_t)block->head_dim, p = (size_t)slot;
    if (bn_kv_has_scales(block->type)) {
        read_codes(block, p, k, v);
        return;
    }
    for (size_t d = 0; d < dim; d++) {
        k[d] = element(block->type, block->k, (p / 16 * dim + d) * 16 + p % 16);
        v[d] = element(block->type, block->v, p * dim + d);
    }
}
