/* evict.c - chooses the slots of each head that are evicted, and moves the last slots into their places. */
#include "engine/model/crew.h"
#include "engine/model/kv/prune.h"
#include "engine/model/kv/score.h"
#include <stdlib.h>

/* A slot and how much it is worth; of two of equal score the earlier one goes first. */
struct candidate {
    float score;
    int32_t slot;
};

struct job {
    struct bn_kv_pruner *k;
    struct bn_kv_cache *cache;
    struct bn_crew *crew;
    int n, n_new; /* slots; of them appended since the latest time */
    int n_evict;  /* slots to be evicted */
    int first;    /* of the latest positions, which stay */
};

static bool worse(const struct candidate *a, const struct candidate *b)
{
    return a->score < b->score || (a->score == b->score && a->slot < b->slot);
}

/* Restores the order of a heap whose first is the best, when `c` takes the place of the one at i. */
static void sift(struct candidate *heap, int n, int i, struct candidate c)
{
    for (int child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && worse(&heap[child], &heap[child + 1])) child++;
        if (!worse(&c, &heap[child])) break;
        heap[i] = heap[child];
    }
    heap[i] = c;
}

static void rise(struct candidate *heap, int i, struct candidate c)
{
    for (; i > 0 && worse(&heap[(i - 1) / 2], &c); i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
    heap[i] = c;
}

static bool may_go(const struct job *j, int32_t position)
{
    return position >= j->k->policy->n_sinks && position < j->first;
}

/* The worst n_evict slots of a head among those that may go; without scores the earliest. */
static void choose(const struct job *j, const int32_t *position, const float *score, struct candidate *heap)
{
    int n = 0;
    for (int slot = 0; slot < j->n; slot++) {
        const struct candidate c = {score ? score[slot] : (float)position[slot], slot};
        if (!may_go(j, position[slot])) continue;
        if (n < j->n_evict)
            rise(heap, n, c), n++;
        else if (worse(&c, &heap[0]))
            sift(heap, n, 0, c);
    }
}

static int by_slot(const void *a, const void *b)
{
    return ((const struct candidate *)a)->slot - ((const struct candidate *)b)->slot;
}

/* Slots that stay, from the last one on, move into those evicted, from the first one on; so do scores that are kept. */
static void compact(const struct job *j, int layer, int kv_head, struct candidate *evicted)
{
    int last = j->n, end = j->n_evict, keep = j->n - j->n_evict;
    int32_t *position = bn_kv_positions(j->k, layer, kv_head);
    float *score = j->k->policy->accumulates ? bn_kv_score_row(j->k, layer, kv_head) : NULL;
    qsort(evicted, (size_t)end, sizeof *evicted, by_slot);
    for (int i = 0; i < j->n_evict && evicted[i].slot < keep; i++) {
        for (last--; end > 0 && evicted[end - 1].slot == last; last--) end--;
        bn_kv_cache_move(j->cache, layer, kv_head, evicted[i].slot, last);
        position[evicted[i].slot] = position[last];
        if (score) score[evicted[i].slot] = score[last];
    }
}

/* Candidates are kept where attention has its partial results: at least 18 floats for every 8 slots. */
static void run(void *arg, int member)
{
    const struct job *j = arg;
    int n_threads, thread = bn_threads_rank(j->crew->threads, member, &n_threads), heads = j->k->n_kv_heads;
    struct candidate *chosen = (struct candidate *)j->crew->partials[thread];
    for (int i = thread; i < j->k->n_layers * heads; i += n_threads) {
        const float *score = j->k->policy->window ? bn_kv_score_row(j->k, i / heads, i % heads) : NULL;
        choose(j, bn_kv_positions(j->k, i / heads, i % heads), score, chosen);
        compact(j, i / heads, i % heads, chosen);
    }
}

/* Positions of the slots appended since the latest time. */
static void place(const struct job *j)
{
    for (int layer = 0; layer < j->k->n_layers; layer++)
        for (int h = 0; h < j->k->n_kv_heads; h++)
            for (int s = j->n - j->n_new; s < j->n; s++) bn_kv_positions(j->k, layer, h)[s] = s + j->cache->n_evicted;
}

/* Slots of an average head that reach the threshold or may not go. */
static int worth_keeping(const struct job *j)
{
    const struct bn_kv_pruner *k = j->k;
    int queries = k->policy->window * k->n_heads / k->n_kv_heads, heads = k->n_layers * k->n_kv_heads;
    float least = k->threshold * (float)queries / (float)j->n;
    int64_t kept = 0;
    for (int i = 0; i < heads; i++) {
        const int32_t *position = bn_kv_positions(k, i / k->n_kv_heads, i % k->n_kv_heads);
        const float *score = bn_kv_score_row(k, i / k->n_kv_heads, i % k->n_kv_heads);
        for (int s = 0; s < j->n; s++) kept += !may_go(j, position[s]) || !(score[s] < least);
    }
    return (int)((kept + heads - 1) / heads);
}

/* Most slots that stay. */
static int budget(const struct job *j)
{
    int p = j->cache->n_positions, keep = p > j->k->warmup ? bn_kv_pruner_target(j->k, p) : j->n;
    return keep < j->n ? keep : j->n;
}

enum bn_status bn_kv_pruner_evict(struct bn_kv_pruner *k, struct bn_kv_cache *cache, struct bn_crew *crew,
                                  struct bn_error *err)
{
    struct job j = {k, cache, crew, bn_kv_cache_n_slots(cache), cache->n_positions - k->settled, 0, 0};
    int keep = budget(&j), worth = keep;
    enum bn_status status = bn_kv_cache_own(cache, 0, keep, err);
    if (status != BN_OK) return status;
    j.first = cache->n_positions - bn_kv_pruner_latest(k, keep);
    place(&j);
    if (k->policy->window) bn_kv_score(k, cache, crew, j.n_new);
    if (k->threshold > 0 && cache->n_positions > k->warmup) worth = worth_keeping(&j);
    if (worth < keep) keep = worth;
    j.n_evict = j.n - keep;
    k->settled = cache->n_positions;
    if (!j.n_evict) return BN_OK;
    bn_threads_run(crew->threads, run, &j);
    cache->n_evicted += j.n_evict;
    bn_kv_cache_trim(cache, keep + BN_KV_INTERVAL, j.n);
    return BN_OK;
}
