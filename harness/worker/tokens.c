/* tokens.c - fixed pseudo-random token ids. */
#include "harness/worker/tokens.h"
#include "harness/stats/random.h"

void bn_tokens_fill(const struct bn_model *model, int32_t *ids, size_t n)
{
    uint64_t state = 1, vocab = (uint64_t)bn_model_info(model)->n_vocab;
    for (size_t i = 0; i < n; i++) ids[i] = (int32_t)(bn_random_split(&state) % vocab);
    if (n && bn_token_bos(model) >= 0) ids[0] = bn_token_bos(model);
}
