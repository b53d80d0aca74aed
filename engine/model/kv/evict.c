/* evict.c - chooses the slots of each head that are evicted, and moves the last slots into their places. */
#include "engine/model/crew.h"
#include "engine/model/kv/prune.h"
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
    int n, n_new, n_evict; /* slots; of them appended since the latest eviction; to be evicted */
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

/* The worst n_evict slots of a head among those that may go. */
static void choose(const struct job *j, const int32_t *position, struct candidate *heap)
{
    int n = 0, latest = j->cache->n_positions - j->k->min_keep;
    for (int slot = 0; slot < j->n; slot++) {
        const struct candidate c = {(float)position[slot], slot};
        if (position[slot] < j->k->policy->n_sinks || position[slot] >= latest) continue;
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

/* Slots that stay, from the last one on, move into those evicted, from the first one on. */
static void compact(const struct job *j, int layer, int kv_head, int32_t *position, struct candidate *evicted)
{
    int last = j->n, end = j->n_evict, keep = j->n - j->n_evict;
    qsort(evicted, (size_t)end, sizeof *evicted, by_slot);
    for (int i = 0; i < j->n_evict && evicted[i].slot < keep; i++) {
        for (last--; end > 0 && evicted[end - 1].slot == last; last--) end--;
        bn_kv_cache_move(j->cache, layer, kv_head, evicted[i].slot, last);
        position[evicted[i].slot] = position[last];
    }
}

/* Candidates are kept where attention has its partial results: at least 18 floats for every 8 slots. */
static void run(void *arg, int member)
{
    const struct job *j = arg;
    int n_threads, thread = bn_threads_rank(j->crew->threads, member, &n_threads), heads = j->k->n_kv_heads;
    struct candidate *chosen = (struct candidate *)j->crew->partials[thread];
    for (int i = thread; i < j->k->n_layers * heads; i += n_threads) {
        int32_t *position = j->k->position + (size_t)i * (size_t)j->k->n_most;
        for (int s = j->n - j->n_new; s < j->n; s++) position[s] = s + j->cache->n_evicted;
        choose(j, position, chosen);
        compact(j, i / heads, i % heads, position, chosen);
    }
}

enum bn_status bn_kv_pruner_evict(struct bn_kv_pruner *k, struct bn_kv_cache *cache, struct bn_crew *crew,
                                  struct bn_error *err)
{
    int n = bn_kv_cache_n_slots(cache), keep = bn_kv_pruner_target(k, cache->n_positions);
    enum bn_status status = bn_kv_cache_own(cache, 0, keep, err);
    if (status != BN_OK) return status;
    bn_threads_run(crew->threads, run, &(struct job){k, cache, crew, n, cache->n_positions - k->settled, n - keep});
    cache->n_evicted += n - keep;
    k->settled = cache->n_positions;
    bn_kv_cache_trim(cache, keep + BN_KV_INTERVAL, n);
    return BN_OK;
}
