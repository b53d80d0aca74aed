/* score.h - scores the slots of a KV cache by the attention that they receive, for policies that ask for it.
 *
 * Passes note their rotated queries; before an eviction the attention of the latest ones is computed once more, query
 * by query in the order of the text. So scores depend on the text alone, not on batches or threads, and a text that is
 * truncated leaves nothing in them. */
#ifndef BN_MODEL_KV_SCORE_H
#define BN_MODEL_KV_SCORE_H
#include "engine/model/kv/prune.h"

/* The queries [n_heads][head_dim of the cache] of a position in a layer, scaled; k may be NULL. */
void bn_kv_pruner_note(struct bn_kv_pruner *k, int layer, int position, const float *q);
/* Rows of scores of a layer: one for each kv head, or one for all. */
static inline int bn_kv_score_rows(const struct bn_kv_pruner *k) { return k->policy->whole_layer ? 1 : k->n_kv_heads; }
/* The scores [n_most] of a kv head's slots. */
float *bn_kv_score_row(const struct bn_kv_pruner *k, int layer, int kv_head);
/* Scores all slots, of which n_new were appended since the latest time. */
void bn_kv_score(struct bn_kv_pruner *k, const struct bn_kv_cache *cache, struct bn_crew *crew, int n_new);
#endif
