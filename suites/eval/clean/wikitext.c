/* wikitext.c - undoes the tokenisation of WikiText, as lm-evaluation-harness does. */
#include "suites/eval/clean.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Replaces every `from` by `to`, left to right; frees `text` and returns the new one. */
static char *replace(char *text, const char *from, const char *to)
{
    size_t n = strlen(from), m = strlen(to), count = 0;
    for (const char *p = text; (p = strstr(p, from)); p += n) count++;
    char *out = malloc(strlen(text) + count * m + 1), *q = out;
    for (const char *p = text, *hit; out && p; p = hit ? hit + n : NULL) {
        hit = strstr(p, from);
        size_t k = hit ? (size_t)(hit - p) : strlen(p);
        memcpy(q, p, k);
        q += k;
        if (hit) memcpy(q, to, m), q += m;
        *q = 0;
    }
    free(text);
    return out;
}

/* White space after `open` and before the next `close` goes; pairs are taken left to right and may span lines. */
static void tighten(char *text, char open, char close)
{
    char *out = text;
    for (char *p = text; *p;) {
        char *end = *p == open ? strchr(p + 1, close) : NULL;
        if (!end) {
            *out++ = *p++;
            continue;
        }
        char *from = p + 1, *to = end;
        while (from < to && isspace((unsigned char)*from)) from++;
        while (to > from && isspace((unsigned char)to[-1])) to--;
        *out++ = open;
        memmove(out, from, (size_t)(to - from));
        out += to - from;
        *out++ = close;
        p = end + 1;
    }
    *out = 0;
}

static char *replace_all(char *text, const char *const (*pairs)[2], size_t n)
{
    for (size_t i = 0; i < n && text; i++) text = replace(text, pairs[i][0], pairs[i][1]);
    return text;
}

char *bn_clean_wikitext(char *text)
{
    static const char *const before[][2] = {
        {"s '", "s'"}, {" @-@ ", "-"}, {" @,@ ", ","}, {" @.@ ", "."}, {" : ", ": "},
        {" ; ", "; "}, {" . ", ". "},  {" ! ", "! "},  {" ? ", "? "},  {" , ", ", "},
    };
    static const char *const after[][2] = {
        {"= = = =", "===="}, {"= = =", "==="}, {"= =", "=="},  {" \xC2\xB0 ", "\xC2\xB0"},
        {" \n", "\n"},       {"\n ", "\n"},    {" N ", " 1 "}, {" 's", "'s"},
    };
    text = replace_all(text, before, sizeof before / sizeof *before);
    for (const char *p = "()[]{}\"\"''"; text && *p; p += 2) tighten(text, p[0], p[1]);
    return text ? replace_all(text, after, sizeof after / sizeof *after) : NULL;
}
