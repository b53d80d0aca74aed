/* html.c - escaping. */
#include "reports/page/html.h"
#include <string.h>

void html_put_n(FILE *out, const char *text, size_t n)
{
    while (n && text[n] && ((unsigned char)text[n] & 0xC0) == 0x80) n--;
    for (size_t i = 0; i < n && text[i]; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '&')
            fputs("&amp;", out);
        else if (c == '<')
            fputs("&lt;", out);
        else if (c == '>')
            fputs("&gt;", out);
        else if (c == '"')
            fputs("&quot;", out);
        else
            fputc(c < 32 ? ' ' : c, out);
    }
}

void html_put(FILE *out, const char *text) { html_put_n(out, text, strlen(text)); }
