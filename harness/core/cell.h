/* cell.h - one cell of a text table. */
#ifndef BN_HARNESS_CELL_H
#define BN_HARNESS_CELL_H
#include <stdio.h>

/* Prints `text` in exactly `width` columns and a space: padded, or cut at a whole character; control bytes are
 * escaped. */
void bn_cell_put(FILE *out, const char *text, int width);
#endif
