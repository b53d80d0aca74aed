/* printable.c - makes foreign text safe for one line of a terminal. */
#include "engine/bitnet.h"
#include <stdio.h>
#include <string.h>

/* Length of the valid UTF-8 character at s if a terminal shows it as text; 0: escape one byte. Control characters (C0,
 * DEL, C1), line and paragraph separators and bidirectional marks are not text. */
static size_t shown_length(const unsigned char *s)
{
    if (s[0] < 0x80) return s[0] >= 0x20 && s[0] != 0x7f;
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    unsigned c = s[0] & (0xffu >> (n + 1));
    if (s[0] < 0xc2 || s[0] > 0xf4) return 0;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return 0;
    bool control =
        c < 0xa0 || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f;
    return control ? 0 : n;
}

static size_t escape(char out[8], unsigned char c)
{
    if (c == '\n' || c == '\t') return (size_t)snprintf(out, 8, "\\%c", c == '\n' ? 'n' : 't');
    return (size_t)snprintf(out, 8, "\\x%02x", c);
}

char *bn_printable(char *out, size_t cap, const char *text)
{
    size_t n = 0;
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        char escaped[8];
        size_t length = shown_length(s), bytes = length ? length : escape(escaped, *s);
        if (n + bytes >= cap) break;
        memcpy(out + n, length ? (const char *)s : escaped, bytes);
        n += bytes;
        s += length ? length : 1;
    }
    if (cap) out[n] = 0;
    return out;
}
