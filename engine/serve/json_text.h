/* json_text.h - any bytes as a JSON string. */
#ifndef BN_SERVE_JSON_TEXT_H
#define BN_SERVE_JSON_TEXT_H
#include <jansson.h>
#include <stddef.h>

/* Bytes that are not UTF-8 become U+FFFD each. NULL: no memory. */
json_t *json_text(const char *bytes, size_t n);
/* Characters of the same text, as Python counts them in that string. */
size_t json_text_length(const char *bytes, size_t n);
#endif
