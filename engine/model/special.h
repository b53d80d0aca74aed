/* special.h - finds control and user-defined tokens literally in text, the longest one at the first place
 * where any begins. */
#ifndef BN_MODEL_SPECIAL_H
#define BN_MODEL_SPECIAL_H
#include "engine/model/vocab.h"

struct bn_special {
    const struct bn_vocab_index *index;
    int n_ids;
    int32_t *ids; /* [n_ids], in the order of their bytes */
    /* By first byte: where such tokens begin in ids, first[b] .. first[b + 1], and whether one is
     * user-defined. */
    int first[257];
    bool user[256];
    bool any_user;
};

struct bn_special_match {
    size_t start, n;
    int32_t id; /* -1: none found, start is the end of the text */
};

enum bn_status bn_special_init(struct bn_special *special, const struct bn_vocab_index *index, struct bn_error *err);
void bn_special_release(struct bn_special *special);

/* The first token in text[from .. n). User-defined tokens are always part of the text (as in sentencepiece,
 * Hugging Face and llama.cpp); control and unknown tokens count only with `control`. */
struct bn_special_match bn_special_find(const struct bn_special *special, const char *text, size_t n, size_t from,
                                        bool control);
#endif
