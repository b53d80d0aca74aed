/* json.h - a strict pull reader of JSON text in memory: no tree, no allocation, linear time, safe for hostile
 * input.
 *
 *   struct bn_json j;
 *   bn_json_init(&j, bytes, n);
 *   for (bn_json_object(&j); bn_json_key(&j, &key);)
 *       if (bn_json_is(key, "dim")) bn_json_int(&j, &dim);
 *       else bn_json_skip(&j);                         // every value must be read or skipped
 *   if (!bn_json_end(&j)) ... j.error says what and bn_json_offset(&j) where
 *
 * After the first error every call returns false, so checks can wait until the end. */
#ifndef BN_CORE_JSON_H
#define BN_CORE_JSON_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bn_json_text { /* the raw string between its quotes, escapes included */
    const char *bytes;
    size_t n;
};
struct bn_json {
    const char *start, *at, *end;
    bool first;        /* no comma is required before the next key or element */
    const char *error; /* NULL, or what was expected */
};
enum bn_json_type {
    BN_JSON_NONE,
    BN_JSON_OBJECT,
    BN_JSON_ARRAY,
    BN_JSON_STRING,
    BN_JSON_NUMBER,
    BN_JSON_BOOL,
    BN_JSON_NULL
};

void bn_json_init(struct bn_json *j, const void *bytes, size_t n);
enum bn_json_type bn_json_peek(struct bn_json *j); /* type of the next value, judged by its first character */
bool bn_json_object(struct bn_json *j);            /* enters; then bn_json_key until it returns false */
bool bn_json_key(struct bn_json *j, struct bn_json_text *key);
bool bn_json_array(struct bn_json *j); /* enters; then bn_json_element until it returns false */
bool bn_json_element(struct bn_json *j);
bool bn_json_string(struct bn_json *j, struct bn_json_text *text);
bool bn_json_number(struct bn_json *j, double *value);
bool bn_json_int(struct bn_json *j, int64_t *value); /* a number without fraction or exponent that fits */
bool bn_json_bool(struct bn_json *j, bool *value);
bool bn_json_skip(struct bn_json *j); /* any value, nested ones too */
bool bn_json_end(struct bn_json *j);  /* only white space is left, and no error occurred */
size_t bn_json_offset(const struct bn_json *j);

/* Unescapes text to UTF-8; writes at most text.n bytes and returns how many. A lone surrogate becomes U+FFFD.
 */
size_t bn_json_unescape(char *out, struct bn_json_text text);
/* Does the text, unescaped, equal `plain` (which must not contain characters that need escapes)? */
bool bn_json_is(struct bn_json_text text, const char *plain);
#endif
