/* prune.h - evicts positions from the KV cache of one sequence and frees their slots.
 *
 * Eviction happens before a token whose position is a multiple of BN_KV_INTERVAL is appended, never inside a pass:
 * what is evicted depends on the text alone, not on batches or threads. Each head of each layer chooses its own
 * positions, all equally many, so that slots are freed for all heads at once; the last slots move into those of
 * evicted positions. Between two evictions the cache holds at most the budget. A policy that accumulates scores settles
 * at each interval, also where nothing is evicted yet. */
#ifndef BN_MODEL_KV_PRUNE_H
#define BN_MODEL_KV_PRUNE_H
#include "engine/model/kv/cache.h"
#include "engine/model/kv/policy.h"

struct bn_crew;

struct bn_kv_pruner {
    const struct bn_kv_policy *policy;
    float budget;    /* up to 1: share of the positions; above: positions */
    float threshold; /* of an average slot's score; 0: none */
    int min_keep, warmup;
    int settled; /* position at the latest eviction or score: what was before can no longer be restored */
    int n_most;  /* slots of each head that the arrays have room for */
    int n_layers, n_heads, n_kv_heads, head_dim;
    int32_t *position; /* [n_layers][n_kv_heads][n_most] of each slot */
    float *score;      /* [n_layers][rows][n_most] of each slot (score.h) */
    float *queries;    /* [n_layers][window][n_heads][head_dim] */
    size_t bytes;      /* of the arrays */
};

/* *pruner is NULL when the options are all zero or "off". BN_ERR_USAGE: an option is out of range. */
enum bn_status bn_kv_pruner_open(struct bn_kv_pruner **pruner, const struct bn_config *config,
                                 const struct bn_kv_prune_options *options, int n_ctx, struct bn_error *err);
/* A copy for another sequence of n_ctx positions; NULL of NULL. */
enum bn_status bn_kv_pruner_copy(struct bn_kv_pruner **pruner, const struct bn_kv_pruner *from, int n_ctx,
                                 struct bn_error *err);
void bn_kv_pruner_close(struct bn_kv_pruner *pruner);
/* Most slots that a text of n_ctx positions takes at any time. */
int bn_kv_pruner_slots(const struct bn_kv_pruner *pruner, int n_ctx);
/* Is something to be evicted before the next position of the cache is appended? */
bool bn_kv_pruner_is_due(const struct bn_kv_pruner *pruner, const struct bn_kv_cache *cache);
/* How many positions can be appended until then, at least one. */
int bn_kv_pruner_room(const struct bn_kv_pruner *pruner, const struct bn_kv_cache *cache);
/* Slots that are kept at position p, so that those of the next interval fit into the budget too. */
int bn_kv_pruner_target(const struct bn_kv_pruner *pruner, int p);
/* Evicts what is due. On failure nothing has changed. */
enum bn_status bn_kv_pruner_evict(struct bn_kv_pruner *pruner, struct bn_kv_cache *cache, struct bn_crew *crew,
                                  struct bn_error *err);
/* Positions [n_most] of a head's slots. */
static inline int32_t *bn_kv_positions(const struct bn_kv_pruner *k, int layer, int kv_head)
{
    return k->position + ((size_t)layer * (size_t)k->n_kv_heads + (size_t)kv_head) * (size_t)k->n_most;
}
/* Latest positions that are never evicted when `keep` slots stay. */
int bn_kv_pruner_latest(const struct bn_kv_pruner *pruner, int keep);
/* After the cache was truncated to nothing. */
void bn_kv_pruner_reset(struct bn_kv_pruner *pruner);
#endif
