/* html.c - escaping, and only characters that XML knows. */
#include "reports/page/html.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bytes of the UTF-8 character at p, 0 when there is none that XML may hold (a cut or overlong one, a surrogate,
 * U+FFFE). */
static size_t character(const unsigned char *p)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (*p < 0x80) return *p >= ' ' && *p != 0x7f;
    size_t n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
    if (*p < 0xc2 || *p > 0xf4) return 0;
    uint32_t c = *p & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    bool surrogate = c >= 0xd800 && c < 0xe000, no_character = (c & 0xfffe) == 0xfffe;
    return c < least[n] || c > 0x10ffff || surrogate || no_character ? 0 : n;
}

static const char *escape_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_put_n(FILE *out, const char *text, size_t n)
{
    while (n && text[n] && ((unsigned char)text[n] & 0xC0) == 0x80) n--;
    for (size_t i = 0, k; i < n && text[i]; i += k ? k : 1) {
        k = character((const unsigned char *)text + i);
        const char *escape = escape_of(text[i]);
        if (escape)
            fputs(escape, out);
        else if (k)
            fwrite(text + i, 1, k, out);
        else
            fputs((unsigned char)text[i] < 0x80 ? " " : "\xef\xbf\xbd", out);
    }
}

void html_put(FILE *out, const char *text) { html_put_n(out, text, strlen(text)); }
