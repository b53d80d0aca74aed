/* line.h - one line of JSON, which is all that a worker writes and all that is read of it. */
#ifndef BN_WORKER_LINE_H
#define BN_WORKER_LINE_H
#include <jansson.h>
#include <stdio.h>

void bn_line_write(FILE *out, json_t *object); /* takes the object; NULL, without memory: writes nothing */
/* The first line of text[n]: *used is its length with the line feed, 0 while there is none. Returns the value (caller
 * decrefs), or NULL for a line that is not JSON. */
json_t *bn_line_read(const char *text, size_t n, size_t *used);
#endif
