/* attention.h - attention of queries against one segment of floats, on sixteen lanes: scores in tiles of queries x
 * groups of 16 positions, then softmax, then values in tiles of queries x 16 dims. Orders as in ref/attention_ref.c.
 * Q8_0: attention_q8_0.h. */
#include "engine/kernels/lanes/attention_q8_0.h"

#define VECTORS (V16_REGISTERS >= 32 ? 4 : 2) /* groups of 16 dims in a tile of values */
enum { STRETCH = 64 };                        /* positions whose values are added at once */

BN_INLINE v16 load_value(const struct bn_kv_block *kv, enum bn_kv_type type, size_t at)
{
    if (type == BN_KV_F16) return v16_load_f16((const uint16_t *)kv->v + at);
    return v16_load((const float *)kv->v + at);
}

/* Adds the values of positions begin..end-1, weighted, to dims d.. of `queries` outputs from query `first`; o counts as
 * 0 at begin 0. */
BN_INLINE void add_values(struct tile *t, enum bn_kv_type type, int first, int d, int begin, int end, const int queries,
                          const int vectors)
{
    v16 sum[QUERIES][VECTORS];
    size_t dim = (size_t)t->kv->head_dim, at = (size_t)begin * dim + (size_t)d;
    BN_UNROLL for (int i = 0; i < queries; i++) BN_UNROLL for (int j = 0; j < vectors; j++) sum[i][j] =
        begin ? v16_load(t->o[first + i] + d + 16 * j) : v16_set(0.0f);
    for (int p = begin; p < end; p++, at += dim) BN_UNROLL for (int j = 0; j < vectors; j++)
        {
            ask_element(t->kv->v, type, at + (size_t)(16 * j));
            v16 value = load_value(t->kv, type, at + (size_t)(16 * j));
            BN_UNROLL for (int i = 0; i < queries; i++) sum[i][j] =
                v16_fma(v16_set(t->score[first + i][p]), value, sum[i][j]);
        }
    BN_UNROLL for (int i = 0; i < queries; i++) BN_UNROLL for (int j = 0; j < vectors; j++)
        v16_store(t->o[first + i] + d + 16 * j, sum[i][j]);
}

BN_INLINE void stretch_of_values(struct tile *t, enum bn_kv_type type, int first, int begin, int end, const int queries)
{
    int d = 0;
    for (; d + 16 * VECTORS <= t->kv->head_dim; d += 16 * VECTORS)
        add_values(t, type, first, d, begin, end, queries, VECTORS);
    for (; d < t->kv->head_dim; d += 16) add_values(t, type, first, d, begin, end, queries, 1);
}

/* Positions in stretches, so that all dims of a row are read while it is in cache. */
BN_INLINE void all_values(struct tile *t, enum bn_kv_type type, int first, int begin, int end, const int queries)
{
    for (int at = begin, next; at < end; at = next) {
        next = end - at > STRETCH ? at + STRETCH : end;
        stretch_of_values(t, type, first, at, next, queries);
    }
}

BN_INLINE void attend(struct tile *t, enum bn_kv_type type, float *const *partials, const int queries)
{
    int least = t->n[0];
    for (int i = 1; i < queries; i++) least = t->n[i] < least ? t->n[i] : least;
    score_all(t, type, largest_int(t->n, queries), queries);
    for (int i = 0; i < queries; i++) partials[i][0] = softmax(t->score[i], t->n[i], &partials[i][1]);
    all_values(t, type, 0, 0, least, queries);
    for (int i = 0; i < queries; i++) all_values(t, type, i, least, t->n[i], 1);
}

BN_INLINE void attend_all(const struct bn_attention_args *a, enum bn_kv_type type)
{
    struct tile t;
    t.kv = a->kv;
    for (int done = 0, step; done < a->n; done += step) {
        step = a->n - done >= QUERIES ? QUERIES : 1;
        for (int i = 0; i < step; i++) {
            t.n[i] = a->seen[done + i];
            t.q[i] = a->q[done + i];
            t.o[i] = a->partials[done + i] + 2;
        }
        if (step == QUERIES)
            attend(&t, type, a->partials + done, QUERIES);
        else
            attend(&t, type, a->partials + done, 1);
    }
}

static void attention(const struct bn_attention_args *a)
{
    if (a->kv->type == BN_KV_F16)
        attend_all(a, BN_KV_F16);
    else if (a->kv->type == BN_KV_F32)
        attend_all(a, BN_KV_F32);
    else if (a->kv->type == BN_KV_Q8_0)
        attend_q8_0(a);
    else
        attend_q4_0(a);
}
