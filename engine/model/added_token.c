/* added_token.c - the characters around an added token. */
#include "engine/model/added_token.h"
#include "engine/model/utf8.h"
#include <utf8proc.h>

/* The character in front of text[at], its length 0 where there is none or no valid one. */
static size_t before(const char *text, size_t at, unsigned *c)
{
    for (size_t n = 1; n <= 4 && n <= at; n++)
        if (((unsigned char)text[at - n] & 0xC0) != 0x80) return bn_utf8_decode(text + at - n, n, c) == n ? n : 0;
    return 0;
}

static size_t char_after(const char *text, size_t n, size_t at, unsigned *c)
{
    return at < n ? bn_utf8_decode(text + at, n - at, c) : 0;
}

/* \w of Unicode's regular expressions (UTS 18): Alphabetic, marks, decimal digits, connectors, joiners. */
static bool is_word(unsigned c)
{
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
    bool circled = (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) ||
                   (c >= 0x1F170 && c <= 0x1F189);
    return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_NL) || k == UTF8PROC_CATEGORY_PC || c == 0x200C ||
           c == 0x200D || circled;
}

static bool is_space(unsigned c) /* White_Space */
{
    return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool bn_added_token_alone(struct bn_special_match match, const char *text, size_t n)
{
    unsigned c;
    bool word_before = before(text, match.start, &c) && is_word(c);
    bool word_after = char_after(text, n, match.start + match.n, &c) && is_word(c);
    return !word_before && !word_after;
}

struct bn_special_match bn_added_token_widen(struct bn_special_match match, int flags, const char *text, size_t n,
                                             size_t from)
{
    unsigned c;
    size_t length, end = match.start + match.n;
    if (flags & BN_TOKEN_LSTRIP)
        while (match.start > from && (length = before(text, match.start, &c)) && is_space(c)) match.start -= length;
    if (flags & BN_TOKEN_RSTRIP)
        while ((length = char_after(text, n, end, &c)) && is_space(c)) end += length;
    match.n = end - match.start;
    return match;
}
