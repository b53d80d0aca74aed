/* yaml.h - reads a YAML file into a struct by a table of fields. Strict: a number, a switch or a word is the whole
 * scalar or an error; a field that the table does not name, a field given twice and a second document are errors. Every
 * error is one sentence after "FILE, line N, column N: ". */
#ifndef SUITES_YAML_H
#define SUITES_YAML_H
#include "engine/bitnet.h"
#include <stddef.h>

enum bn_yaml_kind {
    BN_YAML_TEXT,   /* char *, of 1 to `max` bytes, without control characters */
    BN_YAML_PROSE,  /* the same, with line breaks */
    BN_YAML_NUMBER, /* uint32_t, decimal digits and perhaps one of `units` */
    BN_YAML_SWITCH, /* bool: true, yes, on, false, no or off */
    BN_YAML_WORD,   /* int: index in `words` */
    BN_YAML_LIST,   /* an array of `items`, its length at `count` */
};
struct bn_yaml_unit {
    const char *suffix;
    uint32_t factor;
};
struct bn_yaml_field {
    const char *name;
    enum bn_yaml_kind kind;
    size_t offset;                     /* in the struct that a mapping fills */
    bool required;                     /* left out: an error; else the struct keeps what it holds */
    bool unique;                       /* in a list of mappings: no two may hold the same text */
    uint32_t min, max;                 /* of a number, after its unit; bytes of a text; entries of a list */
    const struct bn_yaml_unit *units;  /* ended by {NULL}; NULL: none */
    const char *const *words;          /* ended by NULL */
    size_t count, size;                /* of a list: offset of its uint32_t length, bytes of an entry */
    const struct bn_yaml_field *items; /* ended by a field without a name; that one alone: entries are scalars like it,
                                          no two of them equal */
};
/* Fills *into, which holds the defaults. On failure too, release frees what was read. */
enum bn_status bn_yaml_read(const char *text, size_t n_bytes, const char *path, const struct bn_yaml_field *fields,
                            void *into, struct bn_error *err);
/* Frees the texts and lists in *from. */
void bn_yaml_release(const struct bn_yaml_field *fields, void *from);
#endif
