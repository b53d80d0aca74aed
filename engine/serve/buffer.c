/* buffer.c - bytes that grow. */
#include "engine/serve/buffer.h"
#include <stdlib.h>
#include <string.h>

bool buffer_add(struct buffer *b, const char *bytes, size_t n)
{
    if (b->n + n > b->cap) {
        size_t cap = 2 * b->n + n + 64;
        char *more = realloc(b->bytes, cap);
        if (!more) return false;
        b->bytes = more, b->cap = cap;
    }
    if (n) memcpy(b->bytes + b->n, bytes, n);
    b->n += n;
    return true;
}

void buffer_release(struct buffer *b)
{
    free(b->bytes);
    *b = (struct buffer){0};
}
