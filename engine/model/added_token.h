/* added_token.h - how the tokens that are cut out of a text treat what is around them (lstrip, rstrip and single_word
 * of the tokenizers library). */
#ifndef BN_MODEL_ADDED_TOKEN_H
#define BN_MODEL_ADDED_TOKEN_H
#include "engine/model/special.h"

/* Whether neither neighbour of the match is a part of a word (letters, marks, digits, joiners and connectors). */
bool bn_added_token_alone(struct bn_special_match match, const char *text, size_t n);
/* The match with the white space that it takes along, back to `from` at most. `flags` of enum bn_token_flags. */
struct bn_special_match bn_added_token_widen(struct bn_special_match match, int flags, const char *text, size_t n,
                                             size_t from);
#endif
