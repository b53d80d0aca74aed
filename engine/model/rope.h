/* rope.h - cosines and sines of the rotary embedding, filled as far as positions are used. */
#ifndef BN_MODEL_ROPE_H
#define BN_MODEL_ROPE_H
#include "engine/format/source.h"

struct bn_rope {
    int half, n_ctx, ready; /* pairs of a head; rows; rows filled so far */
    double *frequency;      /* [half] radians a position */
    float *cos, *sin;       /* [n_ctx][half] */
};
enum bn_status bn_rope_init(struct bn_rope *rope, const struct bn_config *config, const float *factors,
                            struct bn_error *err);
/* Room for n_ctx rows; what is filled stays. On failure nothing has changed. */
enum bn_status bn_rope_reserve(struct bn_rope *rope, int n_ctx, struct bn_error *err);
void bn_rope_release(struct bn_rope *rope);
void bn_rope_fill(struct bn_rope *rope, int n_positions); /* rows 0 .. n_positions - 1 become valid */
#endif
