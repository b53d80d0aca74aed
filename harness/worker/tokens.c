/* tokens.c - fixed pseudo-random token ids. */
#include "harness/worker/tokens.h"

void bn_tokens_fill(const struct bn_model *model, int32_t *ids, size_t n)
{
    uint32_t vocab = (uint32_t)bn_model_info(model)->n_vocab;
    for (size_t i = 0; i < n; i++) ids[i] = (int32_t)((uint32_t)i * 2654435761u % vocab);
}
