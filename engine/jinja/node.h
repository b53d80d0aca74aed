/* node.h - the tree of a template. */
#ifndef BN_JINJA_NODE_H
#define BN_JINJA_NODE_H
#include "engine/jinja/lexer.h"

enum bn_jinja_kind {
    /* expressions */
    BN_JINJA_VALUE,     /* value */
    BN_JINJA_VARIABLE,  /* text */
    BN_JINJA_LIST,      /* list of a */
    BN_JINJA_DICT,      /* list of pairs a: b */
    BN_JINJA_ATTRIBUTE, /* a.text */
    BN_JINJA_ITEM,      /* a[b] */
    BN_JINJA_SLICE,     /* a[b:c:d] */
    BN_JINJA_CALL,      /* a(list) */
    BN_JINJA_FILTER,    /* a | text(list); a NULL: of a block */
    BN_JINJA_TEST,      /* a is text(list) */
    BN_JINJA_NOT,
    BN_JINJA_MINUS,
    BN_JINJA_AND,
    BN_JINJA_OR,
    BN_JINJA_BINARY,    /* a text b: arithmetic and ~ */
    BN_JINJA_COMPARE,   /* a, then list of text a: "1 < x <= 3" */
    BN_JINJA_CONDITION, /* a if b else c */
    BN_JINJA_ARGUMENT,  /* member of a list: a, with text its keyword; of a dict a: b; of a comparison text a */
    /* statements */
    BN_JINJA_TEXT,
    BN_JINJA_OUTPUT,   /* a */
    BN_JINJA_IF,       /* a, list, orelse */
    BN_JINJA_FOR,      /* b (targets) in a, if c: list, orelse */
    BN_JINJA_SET,      /* b (targets) = a */
    BN_JINJA_SET_TEXT, /* b (one target): list, through the filters a */
    BN_JINJA_MACRO,    /* text(b): list */
    BN_JINJA_GROUP,    /* list */
    BN_JINJA_BREAK,
    BN_JINJA_CONTINUE
};
struct bn_jinja_node {
    enum bn_jinja_kind kind;
    int line;
    bool negated; /* of a test: "is not"; of a comparison: "not in" */
    struct bn_jinja_text text;
    struct bn_jv value;
    const struct bn_jinja_node *a, *b, *c, *d;
    const struct bn_jinja_node *list, *orelse; /* first of a chain */
    const struct bn_jinja_node *next;          /* in a chain */
};
#endif
