/* bpe.h - byte-level BPE (FORMATS.md 5.1): pre-tokens, then merges by rank. */
#ifndef BN_MODEL_BPE_H
#define BN_MODEL_BPE_H
#include "engine/model/id_list.h"
#include "engine/model/pretokenizer.h"
#include "engine/model/vocab.h"

struct bn_bpe_slot {
    int32_t left, right; /* tokens; left -1: free */
    uint32_t rank;
};
struct bn_bpe {
    const struct bn_vocab_index *index;
    struct bn_pretokenizer *pretokenizer;
    uint32_t mask;
    struct bn_bpe_slot *slots; /* [mask + 1] */
    int32_t unk;               /* replaces a byte that has no token; -1: such a byte is an error */
};

/* `pretokenizer` is a name of bn_pretokenizer_open. Merges whose parts or result are no tokens can never
 * matter and are left out; what is no merge at all is BN_ERR_FORMAT, and so are missing merges. `index` must outlive
 * the object. */
enum bn_status bn_bpe_init(struct bn_bpe *bpe, const struct bn_vocab_index *index, const struct bn_vocab *vocab,
                           const char *pretokenizer, struct bn_error *err);
void bn_bpe_release(struct bn_bpe *bpe);
enum bn_status bn_bpe_encode(const struct bn_bpe *bpe, const char *text, size_t n, struct bn_id_list *out,
                             struct bn_error *err);
#endif
