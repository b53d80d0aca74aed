/* gguf_save_vocab.h - the vocabulary of a model in the GGUF file that is written. */
#ifndef BN_FORMAT_GGUF_SAVE_VOCAB_H
#define BN_FORMAT_GGUF_SAVE_VOCAB_H
#include "engine/format/gguf_write.h"

void bn_gguf_put_vocab(struct bn_gguf_writer *w, const struct bn_vocab *v);
/* Whether `read`, read back from what was written of `written`, gives every text the same ids and prompts. */
bool bn_gguf_same_vocab(const struct bn_vocab *written, const struct bn_vocab *read);
#endif
