/* score.c - computes the attention of noted queries, and lets the policy weigh it. */
#include "engine/model/kv/score.h"
#include "engine/model/crew.h"
#include <string.h>

struct job {
    struct bn_kv_pruner *k;
    const struct bn_kv_cache *cache;
    const struct bn_crew *crew;
    int n, n_new;
};

void bn_kv_weigh_attention(float *score, const struct bn_kv_law *law)
{
    float r = 1.0f / law->sum;
    for (int j = 0; j < law->n; j++) score[j] += law->e[j] * r;
}

static float *query(const struct bn_kv_pruner *k, int layer, int at, int head)
{
    size_t row = (size_t)layer * (size_t)k->policy->window + (size_t)at;
    return k->queries + (row * (size_t)k->n_heads + (size_t)head) * (size_t)k->head_dim;
}

void bn_kv_pruner_note(struct bn_kv_pruner *k, int layer, int position, const float *q)
{
    int at = k ? position % BN_KV_INTERVAL - (BN_KV_INTERVAL - k->policy->window) : -1;
    if (at >= 0) memcpy(query(k, layer, at, 0), q, (size_t)k->n_heads * (size_t)k->head_dim * sizeof *q);
}

float *bn_kv_score_row(const struct bn_kv_pruner *k, int layer, int kv_head)
{
    int rows = bn_kv_score_rows(k), row = layer * rows + (k->policy->whole_layer ? 0 : kv_head);
    return k->score + (size_t)row * (size_t)k->n_most;
}

/* Queries `first` .. of the window's for one kv head, each position's heads side by side; their scores in rows of
 * `stride`. */
struct tile {
    int first, n;
    size_t stride;
    float *score;
};

static int seen_by(const struct job *j, int query, int group)
{
    return j->n - j->k->policy->window + query / group + 1;
}

static void score_tile(const struct job *j, int layer, int kv_head, const struct tile *t)
{
    int group = j->k->n_heads / j->k->n_kv_heads, seen[BN_TILE_QUERIES];
    const float *q[BN_TILE_QUERIES];
    float *rows[BN_TILE_QUERIES];
    for (int begin = 0; begin < j->n; begin += BN_SEGMENT) {
        struct bn_kv_block kv = bn_kv_cache_block(j->cache, layer, kv_head, begin);
        int n = 0;
        for (int i = 0; i < t->n; i++) {
            int at = t->first + i, sees = seen_by(j, at, group) - begin;
            if (sees <= 0) continue;
            q[n] = query(j->k, layer, at / group, kv_head * group + at % group);
            rows[n] = t->score + (size_t)i * t->stride + begin;
            seen[n++] = sees < BN_SEGMENT ? sees : BN_SEGMENT;
        }
        j->crew->model->kernels.attention_scores(&(struct bn_attention_args){&kv, n, q, seen, rows});
    }
}

/* Adds what the queries of one kv head make of its slots. Scores go where attention has its partial results: at least
 * 18 floats for every 8 slots, so that one row of them and one more have room. */
static void weigh_head(const struct job *j, int layer, int kv_head, float *sum, float *buffer)
{
    int group = j->k->n_heads / j->k->n_kv_heads, n = j->k->policy->window * group,
        most = BN_TILE_QUERIES * (j->crew->wide_head + 2) / BN_SEGMENT - 1;
    size_t stride = ((size_t)j->n + BN_SEGMENT - 1) / BN_SEGMENT * BN_SEGMENT;
    struct tile t = {0, 0, stride, buffer + stride};
    for (; t.first < n; t.first += t.n) {
        t.n = n - t.first < most ? n - t.first : most;
        score_tile(j, layer, kv_head, &t);
        for (int i = 0; i < t.n; i++) {
            float law[3], *score = t.score + (size_t)i * stride;
            int seen = seen_by(j, t.first + i, group);
            j->crew->model->kernels.attention_law(buffer, score, seen, law);
            j->k->policy->weigh(sum, &(struct bn_kv_law){seen, score, buffer, law[1], law[2]});
        }
    }
}

/* A slot scores as the best among the positions around it that are still there. */
static void pool(const struct job *j, const int32_t *position, float *score, float *buffer)
{
    int n = j->cache->n_positions, reach = j->k->policy->pool;
    memset(buffer, 0, (size_t)n * sizeof *buffer);
    for (int slot = 0; slot < j->n; slot++) buffer[position[slot]] = score[slot];
    for (int slot = 0; slot < j->n; slot++)
        for (int p = position[slot] - reach; p <= position[slot] + reach; p++)
            if (p >= 0 && p < n && buffer[p] > score[slot]) score[slot] = buffer[p];
}

/* An item is one row of scores. */
static void run(void *arg, int member)
{
    const struct job *j = arg;
    const struct bn_kv_policy *policy = j->k->policy;
    int n_threads, thread = bn_threads_rank(j->crew->threads, member, &n_threads), rows = bn_kv_score_rows(j->k),
                   heads = j->k->n_kv_heads / rows;
    for (int i = thread; i < j->k->n_layers * rows; i += n_threads) {
        int layer = i / rows, first = i % rows * heads, kept = policy->accumulates ? j->n - j->n_new : 0;
        float *score = bn_kv_score_row(j->k, layer, first), *buffer = j->crew->partials[thread];
        memset(score + kept, 0, (size_t)(j->n - kept) * sizeof *score);
        for (int h = first; h < first + heads; h++) weigh_head(j, layer, h, score, buffer);
        if (policy->pool) pool(j, bn_kv_positions(j->k, layer, first), score, buffer);
    }
}

void bn_kv_score(struct bn_kv_pruner *k, const struct bn_kv_cache *cache, struct bn_crew *crew, int n_new)
{
    bn_threads_run(crew->threads, run, &(struct job){k, cache, crew, bn_kv_cache_n_slots(cache), n_new});
}
