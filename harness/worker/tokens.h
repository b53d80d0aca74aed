/* tokens.h - the token ids that a measurement runs on: equal for every machine, engine variant and build. */
#ifndef BN_WORKER_TOKENS_H
#define BN_WORKER_TOKENS_H
#include "engine/bitnet.h"

/* Fills ids[n]: the position times 2^32 / golden ratio, modulo the vocabulary, as bitnet-run --prompt_tokens. */
void bn_tokens_fill(const struct bn_model *model, int32_t *ids, size_t n);
/* Fills ids[n] with tokens of a text file from its token number `skip` on, after BOS where the model has one.
 * BN_ERR_USAGE: the text is too short. */
enum bn_status bn_tokens_read(const struct bn_model *model, const char *path, size_t skip, int32_t *ids, size_t n,
                              struct bn_error *err);
#endif
