/* parser.h - tokens to a tree: statement by statement (statement.c), expression by expression (expression.c). */
#ifndef BN_JINJA_PARSER_H
#define BN_JINJA_PARSER_H
#include "engine/jinja/node.h"

struct bn_jinja_parser {
    struct bn_jinja_job *job;
    const struct bn_jinja_token *at; /* the token that comes next */
};
struct bn_jinja_chain { /* of nodes, as it grows */
    struct bn_jinja_node *first, *last;
};

/* The whole template as a chain of statements. Its nodes point into `source`, which must outlive them. */
const struct bn_jinja_node *bn_jinja_parse(struct bn_jinja_job *job, const char *source, size_t n);

/* One expression; with `conditions` also "a if b else c". */
const struct bn_jinja_node *bn_jinja_expression(struct bn_jinja_parser *p, bool conditions);
/* Expressions with commas between: one is itself, several are a tuple. */
const struct bn_jinja_node *bn_jinja_tuple(struct bn_jinja_parser *p, bool conditions);
/* What follows a value: .name [item] (call). */
const struct bn_jinja_node *bn_jinja_filters(struct bn_jinja_parser *p, const struct bn_jinja_node *node);

struct bn_jinja_node *bn_jinja_node(struct bn_jinja_parser *p, enum bn_jinja_kind kind);
void bn_jinja_add(struct bn_jinja_chain *chain, struct bn_jinja_node *node);
bool bn_jinja_at_operator(const struct bn_jinja_parser *p, const char *text);
bool bn_jinja_at_name(const struct bn_jinja_parser *p, const char *text);
bool bn_jinja_take_operator(struct bn_jinja_parser *p, const char *text); /* true: it was there, and is taken */
bool bn_jinja_take_name(struct bn_jinja_parser *p, const char *text);
void bn_jinja_expect(struct bn_jinja_parser *p, const char *operator_text);
struct bn_jinja_text bn_jinja_name(struct bn_jinja_parser *p); /* a name must come */
_Noreturn void bn_jinja_unexpected(struct bn_jinja_parser *p, const char *expected);
#endif
