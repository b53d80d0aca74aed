/* markdown.h - foreign text in Markdown: names of models, workloads, plans and tasks, and what programs say. */
#ifndef BN_HARNESS_MARKDOWN_H
#define BN_HARNESS_MARKDOWN_H
#include <stdio.h>

/* Prints `text` so that it reads as it is: nothing in it is markup, in a paragraph, a heading or a cell of a table. A
 * line feed becomes a space; other control characters are escaped as bn_printable does. */
void bn_markdown_put(FILE *out, const char *text);
/* Prints `text` as a code span, whatever it holds. Not for cells of tables: a bar in it would end the cell. */
void bn_markdown_put_code(FILE *out, const char *text);
#endif
