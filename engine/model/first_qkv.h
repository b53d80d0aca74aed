/* first_qkv.h - q, k and v of the first layer before rotation depend on the token alone: a crew keeps those of the
 * tokens it has seen, and computes only what it has not (option fuse_subwords; EXACT). */
#ifndef BN_MODEL_FIRST_QKV_H
#define BN_MODEL_FIRST_QKV_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bn_lane;
struct bn_layer;

/* Token `id` has row id % n_rows; a token that comes later takes the row over. */
struct bn_first_qkv {
    float *rows; /* [n_rows][width] q, k and v side by side */
    int32_t *id; /* [n_rows] 1 + the token whose row this is; 0: nobody's yet */
    int *wanted; /* [n_batch] of the pass at hand: its rows that are to be computed, ascending */
    int n_rows;  /* 0: no table */
    int n_wanted;
    uint64_t n_taken; /* rows of passes that came from the table */
};

/* The first layer's q, k and v of all rows of the pass into crew->qkv; ends with a barrier. False: it has done nothing,
 * because the crew has no table or somebody looks at the inputs of linears. */
bool bn_first_qkv(struct bn_lane *lane, const struct bn_layer *layer);
#endif
