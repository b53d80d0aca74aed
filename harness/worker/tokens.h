/* tokens.h - the fixed token ids that every measurement runs on: equal for every machine, engine variant and build. */
#ifndef BN_WORKER_TOKENS_H
#define BN_WORKER_TOKENS_H
#include "engine/bitnet.h"

/* Fills ids[n] with BOS (if the model has one) and then pseudo-random ids of the vocabulary (splitmix64 of the
 * position). */
void bn_tokens_fill(const struct bn_model *model, int32_t *ids, size_t n);
#endif
