/* items.h - the questions of a task in memory. Strings are owned by the list. */
#ifndef SUITES_EVAL_ITEMS_H
#define SUITES_EVAL_ITEMS_H
#include "engine/bitnet.h"
#include <stdbool.h>

struct bn_item {
    char *id;
    bool numeric_id;   /* the id is a number in the source: written as one */
    size_t number;     /* in its group, or of all; from 0 */
    char *group;       /* MMLU subject, micro-world task; NULL: the task has no groups */
    char *description; /* what the task says before examples and context; NULL: nothing */
    char *context;  /* text before every choice (partial: after each); from bn_items_prompt on all that the model gets
                       there */
    char **choices; /* [n_choices] without the leading space; a text task has one: the whole text */
    bool *labels;   /* [n_choices] of a task with several true answers; else NULL */
    int n_choices;
    int gold;                /* index of the right choice; -1: none */
    size_t n_words, n_bytes; /* of a text before detokenising (text tasks) */
    bool left_out;           /* not among the documents that were asked for */
};
struct bn_items {
    struct bn_item *list; /* [n] */
    size_t n, cap;
    size_t n_documents; /* of the set that they were chosen from */
};
void bn_items_release(struct bn_items *items);

/* Appends an item and returns it, or NULL when memory is short. `group` may be NULL. Strings are copied. */
struct bn_item *bn_items_add(struct bn_items *items, const char *id, const char *group, const char *context);
bool bn_item_add_choice(struct bn_item *item, const char *text);

/* Items of one group next to each other, groups in the order they first came. False when memory is short. */
bool bn_items_gather(struct bn_items *items);
/* An id that two items have, or NULL. */
const char *bn_items_same_id(const struct bn_items *items);
#endif
