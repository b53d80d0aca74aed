/* buffer.h - bytes that grow. */
#ifndef BN_SERVE_BUFFER_H
#define BN_SERVE_BUFFER_H
#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *bytes; /* [n] */
    size_t n, cap;
};
bool buffer_add(struct buffer *buffer, const char *bytes, size_t n); /* false: no memory */
void buffer_release(struct buffer *buffer);
#endif
