/* pretokenizer.h - cuts text into pre-tokens with the regular expressions of a byte-level BPE vocabulary
 * (PCRE2). Any bytes are accepted: expressions see valid UTF-8 only, and each byte that belongs to no valid
 * character is a pre-token of its own. (llama.cpp replaces such bytes by U+FFFD and loses them.) Constant
 * after opening, for any number of threads. */
#ifndef BN_MODEL_PRETOKENIZER_H
#define BN_MODEL_PRETOKENIZER_H
#include "engine/bitnet.h"

struct bn_pretokenizer;

/* `name` as in tokenizer.ggml.pre. BN_ERR_UNSUPPORTED, naming those we know, when it is none of them. */
enum bn_status bn_pretokenizer_open(struct bn_pretokenizer **pretokenizer, const char *name, struct bn_error *err);
void bn_pretokenizer_close(struct bn_pretokenizer *pretokenizer);
/* Whether a pre-token that is a token is taken whole (FORMATS.md 5.1 rule 4). */
bool bn_pretokenizer_ignores_merges(const struct bn_pretokenizer *pretokenizer);

/* Calls `each` with every pre-token, in order; together they are the text. Stops and returns what `each`
 * returned when that is not BN_OK. */
typedef enum bn_status bn_pretoken(void *self, const char *text, size_t n, struct bn_error *err);
enum bn_status bn_pretokenizer_split(const struct bn_pretokenizer *pretokenizer, const char *text, size_t n,
                                     bn_pretoken *each, void *self, struct bn_error *err);
#endif
