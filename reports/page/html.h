/* html.h - text into HTML and SVG, escaped. */
#ifndef REPORTS_PAGE_HTML_H
#define REPORTS_PAGE_HTML_H
#include <stdio.h>

/* Writes a text with & < > " ' escaped; control characters become spaces, bytes that are not UTF-8 become U+FFFD. */
void html_put(FILE *out, const char *text);
/* The first n bytes of it, without cutting a UTF-8 character. */
void html_put_n(FILE *out, const char *text, size_t n);
#endif
