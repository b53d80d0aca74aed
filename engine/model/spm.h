/* spm.h - sentencepiece BPE as Llama 2 and llama2.c use it (FORMATS.md 5.2): characters joined by the best
 * score. */
#ifndef BN_MODEL_SPM_H
#define BN_MODEL_SPM_H
#include "engine/model/id_list.h"
#include "engine/model/vocab.h"

struct bn_spm {
    const struct bn_vocab_index *index;
    uint32_t *ranks; /* [n_tokens]: 0 is the highest score */
    /* No token has a space after another character, so that stretches beginning at a space are independent.
     */
    bool cuts_at_spaces;
    int32_t unk; /* replaces a byte that has no token; -1: such a byte is an error */
};

/* `index` must outlive the object. */
enum bn_status bn_spm_init(struct bn_spm *spm, const struct bn_vocab_index *index, const struct bn_vocab *vocab,
                           struct bn_error *err);
void bn_spm_release(struct bn_spm *spm);
/* Encodes the text as is, after a space if `space_first`. U+2581 in the text is a character like any
 * other: it becomes its three bytes and comes back as it was (sentencepiece makes it a space). */
enum bn_status bn_spm_encode(const struct bn_spm *spm, const char *text, size_t n, bool space_first,
                             struct bn_id_list *out, struct bn_error *err);
#endif
