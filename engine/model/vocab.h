/* vocab.h - a vocabulary ready for work: the exact bytes of every token, and the way back from bytes to id.
 * Tokens are kept as the bytes they represent: the GPT-2 alphabet of byte-level BPE and the U+2581 of SPM are
 * undone once, at opening, so that encoding and decoding handle plain text only. Constant after opening: any
 * number of threads may read. */
#ifndef BN_MODEL_VOCAB_H
#define BN_MODEL_VOCAB_H
#include "engine/format/source.h"

struct bn_vocab_slot {
    uint32_t tag;
    int32_t id; /* -1: free */
};

struct bn_vocab_index {
    int n_tokens;
    size_t longest;       /* bytes of the longest ordinary token */
    char *bytes;          /* all tokens, one after the other */
    uint32_t *start;      /* [n_tokens + 1]: token i is bytes[start[i] .. start[i + 1]) */
    uint8_t *types;       /* [n_tokens], enum bn_token_type; told from id and text where the file has none */
    int32_t byte_id[256]; /* the token of a single byte, -1: none (SPM: the <0xXX> tokens) */
    uint32_t mask;
    struct bn_vocab_slot *slots; /* [mask + 1], ordinary tokens by their bytes */
};

enum bn_status bn_vocab_index_init(struct bn_vocab_index *index, const struct bn_vocab *vocab, struct bn_error *err);
void bn_vocab_index_release(struct bn_vocab_index *index);

/* The ordinary token with exactly these bytes, -1: none. Control, user-defined and byte tokens are never
 * found. */
int32_t bn_vocab_find(const struct bn_vocab_index *index, const char *bytes, size_t n);

/* The same in steps, for looking up many texts without waiting for memory each time. */
uint64_t bn_vocab_hash(const char *bytes, size_t n);
static inline void bn_vocab_prefetch(const struct bn_vocab_index *index, uint64_t hash)
{
    __builtin_prefetch(&index->slots[(uint32_t)hash & index->mask]);
}
int32_t bn_vocab_find_hashed(const struct bn_vocab_index *index, uint64_t hash, const char *bytes, size_t n);

static inline const char *bn_vocab_bytes(const struct bn_vocab_index *index, int32_t id, size_t *n)
{
    *n = index->start[id + 1] - index->start[id];
    return index->bytes + index->start[id];
}

/* Undoes the GPT-2 byte alphabet (FORMATS.md 5.1 rule 3). Writes to out (room for n bytes) and returns the
 * length, or -1 when the text holds a character outside the alphabet. */
long bn_gpt2_alphabet_decode(const char *text, size_t n, char *out);
#endif
