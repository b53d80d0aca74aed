/* tokenizer.h - text to token ids and back, for every vocabulary kind the engine knows.
 * Constant after opening: one tokenizer serves any number of threads. Encoding and decoding are exact
 * inverses for any bytes, valid UTF-8 or not (an SPM text loses the one space its encoding put in front, see
 * bn_tokenizer_adds_space; a vocabulary with a normalizer gives the normalized text back). */
#ifndef BN_MODEL_TOKENIZER_H
#define BN_MODEL_TOKENIZER_H
#include "engine/format/source.h"
#include "engine/model/span.h"

struct bn_tokenizer;

/* Copies what it needs from `vocab`. `pretokenizer` (BPE): NULL takes what the file says, llama-bpe where it
 * is silent (the official 2B4T GGUF is, FORMATS.md 5.1); "default" splits as bitnet.cpp then does; or another
 * name of pretokenizer.c. */
enum bn_status bn_tokenizer_open(struct bn_tokenizer **tokenizer, const struct bn_vocab *vocab,
                                 const char *pretokenizer, struct bn_error *err);
void bn_tokenizer_close(struct bn_tokenizer *tokenizer);

/* `flags` of enum bn_tokenize_flags. Writes at most cap ids; *n is the full count. O(bytes log bytes) for any
 * text. */
enum bn_status bn_tokenizer_encode(const struct bn_tokenizer *tokenizer, const char *text, size_t bytes, int flags,
                                   int32_t *ids, size_t cap, size_t *n, struct bn_error *err);
/* The same, but within the `quoted` stretches (ascending) control tokens are plain text: what a user wrote inside a
 * chat template. */
enum bn_status bn_tokenizer_encode_quoted(const struct bn_tokenizer *tokenizer, const char *text, size_t bytes,
                                          int flags, const struct bn_span *quoted, size_t n_quoted, int32_t *ids,
                                          size_t cap, size_t *n, struct bn_error *err);
/* The bytes of one token, as long as the tokenizer lives; control tokens have none unless `special`. */
struct bn_text bn_tokenizer_bytes(const struct bn_tokenizer *tokenizer, int32_t id, bool special);
/* Whether generation ends with this token (FORMATS.md 5.3). */
bool bn_tokenizer_is_end(const struct bn_tokenizer *tokenizer, int32_t id);
/* Whether a text is encoded with a space in front, which its decoding drops. */
bool bn_tokenizer_adds_space(const struct bn_tokenizer *tokenizer);
#endif
