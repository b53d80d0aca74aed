/* json_text.c - makes UTF-8 of text that may hold anything. */
#include "engine/serve/json_text.h"
#include "engine/model/utf8.h"
#include <stdlib.h>
#include <string.h>

static json_t *repaired(const char *bytes, size_t n)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    char *text = malloc(3 * n);
    size_t m = 0;
    if (!text) return NULL;
    for (size_t i = 0; i < n;) {
        size_t length = bn_utf8_length(bytes + i, n - i);
        memcpy(text + m, length ? bytes + i : replacement, length ? length : 3);
        m += length ? length : 3;
        i += length ? length : 1;
    }
    json_t *value = json_stringn(text, m);
    free(text);
    return value;
}

json_t *json_text(const char *bytes, size_t n)
{
    return bn_utf8_valid(bytes, n) == n ? json_stringn(bytes, n) : repaired(bytes, n);
}

size_t json_text_length(const char *bytes, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; count++) {
        size_t length = bn_utf8_length(bytes + i, n - i);
        i += length ? length : 1;
    }
    return count;
}
