/* text.h - strings that remember which of their bytes a user wrote. A mark survives every operation of a template
 * (slices, concatenation, trim, replace, tojson ...), so that what looks like a special token in a message stays text
 * wherever the template puts it. Characters are those of UTF-8; a byte that belongs to none counts as one. */
#ifndef BN_JINJA_TEXT_H
#define BN_JINJA_TEXT_H
#include "engine/jinja/job.h"
#include <stdint.h>
#include <string.h>

struct bn_jinja_text {
    const char *bytes;
    const uint8_t *marks; /* [n], 1: a user's byte; NULL: none is */
    size_t n;
};
struct bn_jinja_builder {
    struct bn_jinja_job *job;
    char *bytes;
    uint8_t *marks; /* NULL until the first marked text */
    size_t n, cap;
};

#define BN_JINJA_TEXT(literal) ((struct bn_jinja_text){literal, NULL, sizeof(literal) - 1})
static inline struct bn_jinja_text bn_jinja_part(struct bn_jinja_text t, size_t from, size_t to)
{
    return (struct bn_jinja_text){t.bytes + from, t.marks ? t.marks + from : NULL, to - from};
}
static inline bool bn_jinja_is(struct bn_jinja_text t, const char *plain)
{
    return t.n == strlen(plain) && !memcmp(t.bytes, plain, t.n);
}
static inline bool bn_jinja_same(struct bn_jinja_text a, struct bn_jinja_text b)
{
    return a.n == b.n && (!a.n || !memcmp(a.bytes, b.bytes, a.n));
}
void bn_jinja_put(struct bn_jinja_builder *b, struct bn_jinja_text text);
void bn_jinja_put_plain(struct bn_jinja_builder *b, const char *text);
struct bn_jinja_text bn_jinja_built(const struct bn_jinja_builder *b);

size_t bn_jinja_character(struct bn_jinja_text t, size_t at); /* bytes of the character at `at` */
size_t bn_jinja_characters(struct bn_jinja_text t);           /* how many */
size_t bn_jinja_offset(struct bn_jinja_text t, size_t index); /* of the character with this index; t.n at the end */
bool bn_jinja_is_space(struct bn_jinja_text t, size_t at);    /* white space in the sense of Python's str.isspace */
/* Position of `what` in t at or after `from`, SIZE_MAX: nowhere. */
size_t bn_jinja_find(struct bn_jinja_text t, struct bn_jinja_text what, size_t from);
/* Without leading and trailing characters: white space, or those in *set. */
struct bn_jinja_text bn_jinja_strip(struct bn_jinja_text t, const struct bn_jinja_text *set, bool left, bool right);
struct bn_jinja_text bn_jinja_replace(struct bn_jinja_job *job, struct bn_jinja_text t, struct bn_jinja_text from,
                                      struct bn_jinja_text to, size_t most);
enum bn_jinja_case { BN_JINJA_UPPER, BN_JINJA_LOWER, BN_JINJA_CAPITAL, BN_JINJA_TITLE };
/* As Python's upper, lower, capitalize, title; fails on letters whose other case is several letters (the German sharp
 * s), by name. */
struct bn_jinja_text bn_jinja_recase(struct bn_jinja_job *job, struct bn_jinja_text t, enum bn_jinja_case how);
#endif
