/* attention_scores.h - the scores of queries against one segment, without values (ref/attention_scores_ref.c). */
#include "engine/kernels/lanes/scores.h"

BN_INLINE void score_floats(struct tile *t, const struct bn_attention_args *a, enum bn_kv_type type, int first,
                            const int queries)
{
    for (int i = 0; i < queries; i++) t->q[i] = a->q[first + i];
    score_all(t, type, largest_int(a->seen + first, queries), queries);
}

BN_INLINE void score_codes(struct q8_tile *t, const struct bn_attention_args *a, int first, const int queries)
{
    q8_score_all(t, a, first, (largest_int(a->seen + first, queries) + 15) / 16, queries);
}

BN_INLINE void hand_out(const struct bn_attention_args *a, float (*score)[BN_SEGMENT], int first, const int queries)
{
    for (int i = 0; i < queries; i++)
        memcpy(a->partials[first + i], score[i], (size_t)a->seen[first + i] * sizeof *score[i]);
}

BN_INLINE void scores_of_floats(const struct bn_attention_args *a, enum bn_kv_type type)
{
    struct tile t;
    int i = 0;
    t.kv = a->kv;
    for (; i + QUERIES <= a->n; i += QUERIES) score_floats(&t, a, type, i, QUERIES), hand_out(a, t.score, i, QUERIES);
    for (; i < a->n; i++) score_floats(&t, a, type, i, 1), hand_out(a, t.score, i, 1);
}

static void scores_of_codes(const struct bn_attention_args *a)
{
    struct q8_tile t;
    int i = 0;
    t.kv = a->kv;
    for (; i + QUERIES <= a->n; i += QUERIES) score_codes(&t, a, i, QUERIES), hand_out(a, t.score, i, QUERIES);
    for (; i < a->n; i++) score_codes(&t, a, i, 1), hand_out(a, t.score, i, 1);
}

static void attention_scores(const struct bn_attention_args *a)
{
    if (a->kv->type == BN_KV_F16)
        scores_of_floats(a, BN_KV_F16);
    else if (a->kv->type == BN_KV_F32)
        scores_of_floats(a, BN_KV_F32);
    else
        scores_of_codes(a);
}
