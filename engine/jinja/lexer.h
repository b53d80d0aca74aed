/* lexer.h - a template as tokens: stretches of text, and the contents of {{ }} and {% %}. White space is treated as
 * transformers sets Jinja up: trim_blocks and lstrip_blocks, besides the signs - and + at the brackets. */
#ifndef BN_JINJA_LEXER_H
#define BN_JINJA_LEXER_H
#include "engine/jinja/value.h"

enum bn_jinja_token_type {
    BN_JINJA_DATA, /* text between the brackets */
    BN_JINJA_PRINT,
    BN_JINJA_PRINT_END,
    BN_JINJA_BLOCK,
    BN_JINJA_BLOCK_END,
    BN_JINJA_NAME,
    BN_JINJA_CONSTANT, /* a string or number */
    BN_JINJA_OPERATOR,
    BN_JINJA_END
};
struct bn_jinja_token {
    enum bn_jinja_token_type type;
    int line;
    struct bn_jinja_text text; /* of data, names and operators */
    struct bn_jv value;        /* of a constant */
};
/* The tokens of source[0 .. n), BN_JINJA_END last. */
struct bn_jinja_token *bn_jinja_lex(struct bn_jinja_job *job, const char *source, size_t n);
#endif
