/* merge.h - the step that byte-level BPE and SPM share: join the best adjacent pair of symbols until none is
 * left. A priority queue holds the pairs, so n symbols take O(n log n) whatever the text is. */
#ifndef BN_MODEL_MERGE_H
#define BN_MODEL_MERGE_H
#include "engine/bitnet.h"

struct bn_symbol {
    uint32_t start, n;  /* bytes text[start .. start + n); n is 0 once it was joined to its left neighbour */
    int32_t id;         /* token, -1: none */
    int32_t prev, next; /* -1: none */
};
struct bn_merge_pair {
    uint64_t key; /* rank, then position: the smallest is joined first, the leftmost on a tie */
    uint32_t n;   /* bytes of both symbols when the pair was queued: it is stale when they have changed */
    int32_t id;
};

/* Buffers of one encoding, kept between pieces of text. Zero-initialise; free with bn_merge_release. */
struct bn_merge {
    struct bn_symbol *symbols;
    struct bn_merge_pair *heap;
    size_t n_symbols, symbols_cap, n_heap, heap_cap;
};

/* Tells whether two neighbours may be joined: the rank (lower is better) and the token they become. */
typedef bool bn_merge_rule(const void *self, const char *text, const struct bn_symbol *left,
                           const struct bn_symbol *right, uint32_t *rank, int32_t *id);

/* Room for n symbols, none of them filled; n_symbols becomes 0. False: out of memory. */
bool bn_merge_reserve(struct bn_merge *merge, size_t n);
void bn_merge_add(struct bn_merge *merge, size_t start, size_t n, int32_t id);
/* Joins until no rule applies. The result is the list from symbols[0] along `next`. */
void bn_merge_run(struct bn_merge *merge, const char *text, bn_merge_rule *rule, const void *self);
void bn_merge_release(struct bn_merge *merge);
#endif
