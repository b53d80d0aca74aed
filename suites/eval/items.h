/* items.h - the questions of a task in memory, and readers of the file forms they come in. Strings are owned by the
 * list. */
#ifndef SUITES_EVAL_ITEMS_H
#define SUITES_EVAL_ITEMS_H
#include "engine/bitnet.h"
#include <jansson.h>

struct bn_item {
    char *id;
    bool numeric_id; /* the id is a number in the source: written as one */
    char *group;     /* MMLU subject, micro-world task; NULL: the task has no groups */
    char *context;   /* text before every choice */
    char **choices;  /* [n_choices] without the leading space; a text task has one: the whole text */
    bool *labels;    /* [n_choices] of a task with several true answers; else NULL */
    int n_choices;
    int gold;                /* index of the right choice; -1: none */
    size_t n_words, n_bytes; /* of a text before detokenising (text tasks) */
};
struct bn_items {
    struct bn_item *list; /* [n] */
    size_t n, cap;
};
void bn_items_release(struct bn_items *items);

/* Appends an item and returns it, or NULL when memory is short. `group` may be NULL. Strings are copied. */
struct bn_item *bn_items_add(struct bn_items *items, const char *id, const char *group, const char *context);
bool bn_item_add_choice(struct bn_item *item, const char *text);

/* ---- readers ---- */
/* Reads a whole file with a terminating NUL; the caller frees it. */
enum bn_status bn_file_read(char **text, size_t *n_bytes, const char *directory, const char *path,
                            struct bn_error *err);
/* Calls `line` with each line of a JSON-lines file parsed; number counts from 0; stops at the first status but BN_OK.
 */
typedef enum bn_status bn_jsonl_line(void *self, size_t number, json_t *value, struct bn_error *err);
enum bn_status bn_jsonl_read(const char *directory, const char *path, bn_jsonl_line *line, void *self,
                             struct bn_error *err);
/* Takes the next record of quoted csv (a record may span lines) out of *text: unquotes in place, fields[] point into
 * the buffer. Returns the number of fields (at most `cap`, the rest is dropped), 0 at the end. */
int bn_csv_next(char **text, char **fields, int cap);
#endif
