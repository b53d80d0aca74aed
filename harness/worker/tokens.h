/* tokens.h - the fixed token ids that every measurement runs on: equal for every machine, engine variant and build. */
#ifndef BN_WORKER_TOKENS_H
#define BN_WORKER_TOKENS_H
#include "engine/bitnet.h"

/* Fills ids[n]: the position times 2^32 / golden ratio, modulo the vocabulary, as bitnet-run --prompt_tokens. */
void bn_tokens_fill(const struct bn_model *model, int32_t *ids, size_t n);
#endif
