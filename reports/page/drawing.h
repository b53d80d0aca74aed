/* drawing.h - an SVG of gnuplot made fit to be read: with a title and a description, in the colours of the page. */
#ifndef REPORTS_PAGE_DRAWING_H
#define REPORTS_PAGE_DRAWING_H
#include "reports/page/content.h"
#include <stdbool.h>
#include <stdio.h>

struct drawing {
    const struct content *content;
    const char *names; /* of what is drawn, for the description */
    char *text;        /* gnuplot's */
};
/* Reads the file; false when it holds no whole SVG. drawing_release frees it in either case. */
bool drawing_read(struct drawing *drawing, const char *path, const struct content *content, const char *names);
void drawing_release(struct drawing *drawing);
/* Writes the <svg> element: inside of a page, whose text colour it takes, or as a file of its own, light or dark as its
 * reader prefers. */
void drawing_put(const struct drawing *drawing, bool in_page, FILE *out);
#endif
