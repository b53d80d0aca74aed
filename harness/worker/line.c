/* line.c - writes and reads lines of JSON. */
#include "harness/worker/line.h"
#include <string.h>

void bn_line_write(FILE *out, json_t *object)
{
    if (!object) return;
    json_dumpf(object, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(object);
}

json_t *bn_line_read(const char *text, size_t n, size_t *used)
{
    const char *end = n ? memchr(text, '\n', n) : NULL;
    *used = end ? (size_t)(end - text) + 1 : 0;
    return end ? json_loadb(text, *used - 1, 0, NULL) : NULL;
}
