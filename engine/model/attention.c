/* attention.c - rotation, the KV cache and attention of one layer. */
#include "engine/model/attention.h"
#include "engine/model/fault.h"
#include "engine/model/kv/range.h"
#include "engine/model/kv/score.h"
#include <math.h>
#include <string.h>

static size_t wide_head(const struct bn_lane *l) { return (size_t)l->crew->wide_head; }

static void rotate(struct bn_lane *l, float *x, int n_heads, int pos)
{
    const struct bn_rope *rope = &l->crew->rope;
    size_t row = (size_t)pos * (size_t)rope->half;
    l->k->rope(x, rope->cos + row, rope->sin + row, n_heads, l->c->head_dim, l->c->rope_dim,
               l->c->rope_kind == BN_ROPE_INTERLEAVED);
}

/* Queries of row t, rotated and scaled, head by head in rows as wide as the cache's. */
static void take_queries(struct bn_lane *l, int t)
{
    int heads = l->c->n_heads;
    size_t dim = (size_t)l->c->head_dim, wide = wide_head(l), n = (size_t)heads * dim;
    float scale = 1.0f / sqrtf((float)dim), *q = l->acts->q + (size_t)t * (size_t)heads * wide;
    memcpy(q, l->crew->qkv[0] + (size_t)t * l->crew->qkv_stride[0], n * sizeof *q);
    rotate(l, q, heads, l->pass->rows[t].position);
    for (size_t i = 0; i < n; i++) q[i] = q[i] * scale;
    for (int h = heads; dim < wide && h-- > 0;) {
        memmove(q + (size_t)h * wide, q + (size_t)h * dim, dim * sizeof *q);
        memset(q + (size_t)h * wide + dim, 0, (wide - dim) * sizeof *q);
    }
}

/* A later row of the sequence's whose note has the same place is another thread's, so it alone is noted. */
static void note_queries(const struct bn_lane *l, int t)
{
    const struct bn_row *row = &l->pass->rows[t];
    if (t + BN_KV_INTERVAL < l->n && row[BN_KV_INTERVAL].sequence == row->sequence) return;
    const float *q = l->acts->q + (size_t)t * (size_t)l->c->n_heads * wide_head(l);
    bn_kv_pruner_note(row->sequence->pruner, l->layer, row->position, q);
}

/* Row of head_dim floats as wide as the cache's rows: in place when they are equal. */
static const float *widened(const struct bn_lane *l, const float *x, float *buffer)
{
    size_t dim = (size_t)l->c->head_dim, wide = wide_head(l);
    if (dim == wide) return x;
    memset(buffer, 0, wide * sizeof *buffer);
    memcpy(buffer, x, dim * sizeof *x);
    return buffer;
}

static int slot_of(const struct bn_row *row) { return bn_kv_cache_slot(&row->sequence->kv, row->position); }

static void store_kv(struct bn_lane *l, int t, int kv_head)
{
    const struct bn_crew *crew = l->crew;
    const struct bn_row *row = &l->pass->rows[t];
    float k[BN_MAX_HEAD_DIM], v[BN_MAX_HEAD_DIM];
    size_t at = (size_t)kv_head * (size_t)l->c->head_dim;
    enum bn_kv_fit fit = bn_kv_cache_store(&row->sequence->kv, l->k, l->layer, kv_head, slot_of(row),
                                           widened(l, crew->qkv[1] + (size_t)t * crew->qkv_stride[1] + at, k),
                                           widened(l, crew->qkv[2] + (size_t)t * crew->qkv_stride[2] + at, v));
    if (fit != BN_KV_FITS) bn_fault_note(l, BN_OP_QKV, t, fit == BN_KV_TOO_LARGE);
}

/* The output of one head from its partial results. */
static void merge(struct bn_lane *l, float *out, const float *partials, int n_segments)
{
    size_t dim = (size_t)l->c->head_dim, wide = wide_head(l);
    float buffer[BN_MAX_HEAD_DIM];
    l->k->attention_merge(dim == wide ? out : buffer, partials, n_segments, wide + 2, (int)wide);
    if (dim != wide) memcpy(out, buffer, dim * sizeof *out);
}

/* What reading `slots` keys and values of one kv head and layer takes. */
static uint64_t kv_bytes(const struct bn_lane *l, const struct bn_kv_cache *kv, int slots)
{
    return (uint64_t)slots * kv->bytes_per_position / (uint64_t)(l->c->n_layers * l->c->n_kv_heads);
}

/* ---- a single row ---- */

/* The queries of one kv head against `seen` slots of one segment. */
static void attend_segment(struct bn_lane *l, int kv_head, int segment, int seen)
{
    const struct bn_kv_cache *cache = &l->pass->rows->sequence->kv;
    int group = l->c->n_heads / l->c->n_kv_heads;
    size_t wide = wide_head(l), row = (size_t)(cache->n_most / BN_SEGMENT) * (wide + 2);
    struct bn_kv_block kv = bn_kv_cache_block(cache, l->layer, kv_head, segment * BN_SEGMENT);
    const float *q[BN_TILE_QUERIES];
    float *partials[BN_TILE_QUERIES];
    int sees[BN_TILE_QUERIES];
    for (int h0 = 0; h0 < group; h0 += BN_TILE_QUERIES) {
        int n = group - h0 < BN_TILE_QUERIES ? group - h0 : BN_TILE_QUERIES;
        for (int j = 0; j < n; j++) {
            size_t head = (size_t)(kv_head * group + h0 + j);
            q[j] = l->acts->q + head * wide;
            partials[j] = l->crew->decode_partials + head * row + (size_t)segment * (wide + 2);
            sees[j] = seen;
        }
        l->k->attention(&(struct bn_attention_args){&kv, n, q, sees, partials});
    }
    l->work.macs += (uint64_t)group * (uint64_t)seen * 2 * (uint64_t)l->c->head_dim;
    l->work.kv_bytes += kv_bytes(l, cache, seen);
}

/* An item is one segment of slots and one kv head, so that a long context keeps all threads busy. Full segments are cut
 * evenly, in their order in memory; the last one, to which the new position belongs, is dealt out by heads. */
void bn_attend_token(struct bn_lane *l)
{
    struct bn_crew *crew = l->crew;
    const struct bn_config *c = l->c;
    const struct bn_row *row = l->pass->rows;
    int slot = slot_of(row), last = slot / BN_SEGMENT, i0, i1;
    size_t dim = (size_t)c->head_dim, stride = (size_t)(row->sequence->kv.n_most / BN_SEGMENT) * (wide_head(l) + 2);
    bn_lane_begin(l, BN_OP_ROPE);
    take_queries(l, 0);
    if (l->thread == 0) note_queries(l, 0);
    bn_lane_end(l, BN_OP_ROPE);
    bn_lane_begin(l, BN_OP_ATTENTION);
    bn_share(c->n_kv_heads * last, 1, l->thread, l->n_threads, &i0, &i1);
    for (int i = i0; i < i1; i++) attend_segment(l, i % c->n_kv_heads, i / c->n_kv_heads, BN_SEGMENT);
    for (int h = l->thread; h < c->n_kv_heads; h += l->n_threads) {
        rotate(l, crew->qkv[1] + (size_t)h * dim, 1, row->position);
        store_kv(l, 0, h);
        attend_segment(l, h, last, slot % BN_SEGMENT + 1);
    }
    bn_lane_barrier(l);
    for (int h = 0; h < c->n_heads; h++)
        merge(l, l->acts->att + (size_t)h * dim, crew->decode_partials + (size_t)h * stride, last + 1);
    bn_lane_end(l, BN_OP_ATTENTION);
}

/* ---- several rows ---- */

/* Queries of heads first .. first + n_heads - 1, all of one kv head, of a tile against every segment that they see. */
static void attend_heads(struct bn_lane *l, const struct bn_tile *tile, int kv_head, int first, int n_heads)
{
    const struct bn_row *rows = l->pass->rows;
    const struct bn_kv_cache *cache = &rows[tile->t0].sequence->kv;
    size_t dim = (size_t)l->c->head_dim, wide = wide_head(l), heads = (size_t)l->c->n_heads,
           segments = (size_t)slot_of(&rows[tile->t1 - 1]) / BN_SEGMENT + 1, stride = segments * (wide + 2);
    const float *q[BN_TILE_QUERIES];
    float *partials[BN_TILE_QUERIES], *base = l->crew->partials[l->thread];
    int sees[BN_TILE_QUERIES];
    for (size_t segment = 0; segment < segments; segment++) {
        int n = 0, begin = (int)segment * BN_SEGMENT;
        struct bn_kv_block kv = bn_kv_cache_block(cache, l->layer, kv_head, begin);
        for (int t = tile->t0; t < tile->t1; t++) {
            int slot = slot_of(&rows[t]);
            for (int h = 0; h < n_heads && slot >= begin; h++, n++) {
                q[n] = l->acts->q + ((size_t)t * heads + (size_t)(first + h)) * wide;
                partials[n] = base + (size_t)((t - tile->t0) * n_heads + h) * stride + segment * (wide + 2);
                sees[n] = slot - begin < BN_SEGMENT ? slot - begin + 1 : BN_SEGMENT;
            }
        }
        l->k->attention(&(struct bn_attention_args){&kv, n, q, sees, partials});
    }
    for (int t = tile->t0; t < tile->t1; t++)
        for (int h = 0; h < n_heads; h++)
            merge(l, l->acts->att + ((size_t)t * heads + (size_t)(first + h)) * dim,
                  base + (size_t)((t - tile->t0) * n_heads + h) * stride, slot_of(&rows[t]) / BN_SEGMENT + 1);
}

static void attend_tile(struct bn_lane *l, const struct bn_tile *tile, int kv_head)
{
    const struct bn_row *rows = l->pass->rows;
    int group = l->c->n_heads / l->c->n_kv_heads;
    for (int h = 0; h < group; h += BN_TILE_QUERIES) /* more than one round only for very wide groups */
        attend_heads(l, tile, kv_head, kv_head * group + h, group - h < BN_TILE_QUERIES ? group - h : BN_TILE_QUERIES);
    for (int t = tile->t0; t < tile->t1; t++)
        l->work.macs += (uint64_t)group * (uint64_t)(slot_of(&rows[t]) + 1) * 2 * (uint64_t)l->c->head_dim;
    l->work.kv_bytes += kv_bytes(l, &rows[tile->t0].sequence->kv, slot_of(&rows[tile->t1 - 1]) + 1);
}

/* All keys and values are stored first, then tiles of queries are dealt out in turn. */
void bn_attend_batch(struct bn_lane *l)
{
    struct bn_crew *crew = l->crew;
    int n_kv = l->c->n_kv_heads;
    bn_lane_begin(l, BN_OP_ROPE);
    for (int t = l->t0; t < l->t1; t++) {
        take_queries(l, t);
        note_queries(l, t);
        rotate(l, crew->qkv[1] + (size_t)t * crew->qkv_stride[1], n_kv, l->pass->rows[t].position);
        for (int h = 0; h < n_kv; h++) store_kv(l, t, h);
    }
    bn_lane_end(l, BN_OP_ROPE);
    bn_lane_barrier(l);
    bn_lane_begin(l, BN_OP_ATTENTION);
    for (int item = l->thread; item < crew->n_tiles * n_kv; item += l->n_threads)
        attend_tile(l, &crew->tiles[item / n_kv], item % n_kv);
    bn_lane_end(l, BN_OP_ATTENTION);
    bn_lane_barrier(l);
}
