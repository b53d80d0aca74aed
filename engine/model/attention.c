/* attention.c - rotation, the KV cache and attention of one layer. */
#include "engine/model/attention.h"
#include "engine/model/session.h"
#include <math.h>
#include <string.h>

enum { MAX_HEAD_DIM = 4096 }; /* checked when weights are bound */

static void rotate(struct bn_lane *l, float *x, int n_heads, int pos)
{
    const struct bn_rope *rope = &l->s->rope;
    size_t row = (size_t)pos * (size_t)rope->half;
    l->k->rope(x, rope->cos + row, rope->sin + row, n_heads, l->c->head_dim, l->c->rope_dim,
               l->c->rope_kind == BN_ROPE_INTERLEAVED);
}

/* Queries of token t, rotated and scaled, head by head into rows as wide as the cache's. */
static void take_queries(struct bn_lane *l, int t)
{
    struct bn_session *s = l->s;
    size_t dim = (size_t)l->c->head_dim, wide = (size_t)s->kv.head_dim;
    float scale = 1.0f / sqrtf((float)dim), *q = l->acts->q + (size_t)t * (size_t)l->c->n_heads * wide;
    const float *from = s->qkv[0] + (size_t)t * s->qkv_stride[0];
    for (int h = 0; h < l->c->n_heads; h++, q += wide, from += dim) {
        memcpy(q, from, dim * sizeof *q);
        rotate(l, q, 1, l->r->first_pos + t);
        for (size_t d = 0; d < dim; d++) q[d] = q[d] * scale;
        for (size_t d = dim; d < wide; d++) q[d] = 0.0f;
    }
}

/* Row of head_dim floats as wide as the cache's rows: in place when they are equal. */
static const float *widened(const struct bn_lane *l, const float *x, float *buffer)
{
    size_t dim = (size_t)l->c->head_dim, wide = (size_t)l->s->kv.head_dim;
    if (dim == wide) return x;
    memset(buffer, 0, wide * sizeof *buffer);
    memcpy(buffer, x, dim * sizeof *x);
    return buffer;
}

static void store_kv(struct bn_lane *l, int t, int kv_head)
{
    struct bn_session *s = l->s;
    float k[MAX_HEAD_DIM], v[MAX_HEAD_DIM];
    size_t at = (size_t)kv_head * (size_t)l->c->head_dim;
    int pos = l->r->first_pos + t;
    struct bn_kv_block kv = bn_kv_cache_block(&s->kv, l->layer, kv_head, pos);
    l->k->kv_store(&kv, pos % BN_SEGMENT, widened(l, s->qkv[1] + (size_t)t * s->qkv_stride[1] + at, k),
                   widened(l, s->qkv[2] + (size_t)t * s->qkv_stride[2] + at, v));
}

/* The output of one head from its partial results. */
static void merge(struct bn_lane *l, float *out, const float *partials, int n_segments)
{
    size_t dim = (size_t)l->c->head_dim, wide = (size_t)l->s->kv.head_dim;
    float buffer[MAX_HEAD_DIM];
    l->k->attention_merge(dim == wide ? out : buffer, partials, n_segments, wide + 2, (int)wide);
    if (dim != wide) memcpy(out, buffer, dim * sizeof *out);
}

/* The queries of one kv head against `seen` positions of one segment. */
static void attend_segment(struct bn_lane *l, int kv_head, int segment, int seen)
{
    struct bn_session *s = l->s;
    int group = l->c->n_heads / l->c->n_kv_heads;
    size_t wide = (size_t)s->kv.head_dim, row = (size_t)(s->kv.n_ctx / BN_SEGMENT) * (wide + 2);
    struct bn_kv_block kv = bn_kv_cache_block(&s->kv, l->layer, kv_head, segment * BN_SEGMENT);
    const float *q[BN_TILE_QUERIES];
    float *partials[BN_TILE_QUERIES];
    int sees[BN_TILE_QUERIES];
    for (int h0 = 0; h0 < group; h0 += BN_TILE_QUERIES) {
        int n = group - h0 < BN_TILE_QUERIES ? group - h0 : BN_TILE_QUERIES;
        for (int j = 0; j < n; j++) {
            size_t head = (size_t)(kv_head * group + h0 + j);
            q[j] = l->acts->q + head * wide;
            partials[j] = s->decode_partials + head * row + (size_t)segment * (wide + 2);
            sees[j] = seen;
        }
        l->k->attention(&(struct bn_attention_args){&kv, n, q, sees, partials});
    }
    l->work.macs += (uint64_t)group * (uint64_t)seen * 2 * (uint64_t)l->c->head_dim;
    l->work.kv_bytes += (uint64_t)seen * s->kv.bytes_per_position / (uint64_t)(l->c->n_layers * l->c->n_kv_heads);
}

/* Decode: an item is one segment of positions and one kv head, so that a long context keeps all threads busy. Full
 * segments are cut evenly, in the order in which they lie in memory; the last one, to which the new position belongs,
 * is dealt out by heads. */
void bn_attend_token(struct bn_lane *l)
{
    struct bn_session *s = l->s;
    const struct bn_config *c = l->c;
    int pos = l->r->first_pos, last = pos / BN_SEGMENT, i0, i1;
    size_t dim = (size_t)c->head_dim, row = (size_t)(s->kv.n_ctx / BN_SEGMENT) * ((size_t)s->kv.head_dim + 2);
    bn_lane_begin(l, BN_OP_ROPE);
    take_queries(l, 0);
    bn_lane_end(l, BN_OP_ROPE);
    bn_lane_begin(l, BN_OP_ATTENTION);
    bn_share(c->n_kv_heads * last, 1, l->thread, s->n_threads, &i0, &i1);
    for (int i = i0; i < i1; i++) attend_segment(l, i % c->n_kv_heads, i / c->n_kv_heads, BN_SEGMENT);
    for (int h = l->thread; h < c->n_kv_heads; h += s->n_threads) {
        rotate(l, s->qkv[1] + (size_t)h * dim, 1, pos);
        store_kv(l, 0, h);
        attend_segment(l, h, last, pos % BN_SEGMENT + 1);
    }
    bn_lane_barrier(l);
    for (int h = 0; h < c->n_heads; h++)
        merge(l, l->acts->att + (size_t)h * dim, s->decode_partials + (size_t)h * row, last + 1);
    bn_lane_end(l, BN_OP_ATTENTION);
}

/* Queries of tokens t0..t1 (all heads of one kv head) against every segment they see. */
static void attend_tile(struct bn_lane *l, int kv_head, int t0, int t1)
{
    struct bn_session *s = l->s;
    const struct bn_config *c = l->c;
    int group = c->n_heads / c->n_kv_heads, first = l->r->first_pos, n_segments = (first + t1 - 1) / BN_SEGMENT + 1;
    size_t dim = (size_t)c->head_dim, wide = (size_t)s->kv.head_dim, row = (size_t)n_segments * (wide + 2);
    const float *q[BN_TILE_QUERIES];
    float *partials[BN_TILE_QUERIES], *base = s->partials[l->thread];
    int sees[BN_TILE_QUERIES];
    for (int h0 = 0; h0 < group; h0 += BN_TILE_QUERIES) { /* more than one round only for very wide groups */
        int heads = group - h0 < BN_TILE_QUERIES ? group - h0 : BN_TILE_QUERIES;
        for (int segment = 0; segment < n_segments; segment++) {
            int n = 0, begin = segment * BN_SEGMENT;
            struct bn_kv_block kv = bn_kv_cache_block(&s->kv, l->layer, kv_head, begin);
            for (int t = t0; t < t1; t++)
                for (int h = 0; h < heads && first + t >= begin; h++, n++) {
                    size_t index = (size_t)((t - t0) * heads + h);
                    q[n] = l->acts->q + ((size_t)t * (size_t)c->n_heads + (size_t)(kv_head * group + h0 + h)) * wide;
                    partials[n] = base + index * row + (size_t)segment * (wide + 2);
                    sees[n] = first + t - begin < BN_SEGMENT ? first + t - begin + 1 : BN_SEGMENT;
                }
            l->k->attention(&(struct bn_attention_args){&kv, n, q, sees, partials});
        }
        for (int t = t0; t < t1; t++)
            for (int h = 0; h < heads; h++)
                merge(l, l->acts->att + ((size_t)t * (size_t)c->n_heads + (size_t)(kv_head * group + h0 + h)) * dim,
                      base + (size_t)((t - t0) * heads + h) * row, (first + t) / BN_SEGMENT + 1);
    }
    for (int t = t0; t < t1; t++) l->work.macs += (uint64_t)group * (uint64_t)(first + t + 1) * 2 * dim;
    l->work.kv_bytes += (uint64_t)(first + t1) * s->kv.bytes_per_position / (uint64_t)(c->n_layers * c->n_kv_heads);
}

/* Prefill: all keys and values are stored first, then tiles of queries are dealt out in turn. */
void bn_attend_batch(struct bn_lane *l)
{
    struct bn_session *s = l->s;
    const struct bn_config *c = l->c;
    bn_lane_begin(l, BN_OP_ROPE);
    for (int t = l->t0; t < l->t1; t++) {
        take_queries(l, t);
        rotate(l, s->qkv[1] + (size_t)t * s->qkv_stride[1], c->n_kv_heads, l->r->first_pos + t);
        for (int h = 0; h < c->n_kv_heads; h++) store_kv(l, t, h);
    }
    bn_lane_end(l, BN_OP_ROPE);
    bn_lane_barrier(l);
    bn_lane_begin(l, BN_OP_ATTENTION);
    int group = c->n_heads / c->n_kv_heads, tile = group < BN_TILE_QUERIES ? BN_TILE_QUERIES / group : 1;
    int n_tiles = (l->r->n + tile - 1) / tile;
    for (int item = l->thread; item < n_tiles * c->n_kv_heads; item += s->n_threads) {
        int t0 = item / c->n_kv_heads * tile, t1 = t0 + tile < l->r->n ? t0 + tile : l->r->n;
        attend_tile(l, item % c->n_kv_heads, t0, t1);
    }
    bn_lane_end(l, BN_OP_ATTENTION);
    bn_lane_barrier(l);
}
