/* brackets.c - lm-eval's clean-up of HellaSwag's texts, which were taken from WikiHow: strip, "[title]" ends a
 * sentence, other brackets go, two spaces become one. */
#include "suites/eval/clean.h"
#include <ctype.h>
#include <string.h>

/* Replaces every `from` by the shorter or equal `to`, left to right, in place. */
static void replace(char *text, const char *from, const char *to)
{
    size_t n = strlen(from), m = strlen(to);
    char *out = text;
    for (char *p = text; *p;) {
        if (!strncmp(p, from, n)) {
            memcpy(out, to, m);
            out += m, p += n;
        } else {
            *out++ = *p++;
        }
    }
    *out = 0;
}

static void drop_brackets(char *text) /* "[...]", shortest */
{
    char *out = text;
    for (char *p = text; *p;) {
        char *end = *p == '[' ? strpbrk(p, "]\n") : NULL;
        if (end && *end == ']')
            p = end + 1;
        else
            *out++ = *p++;
    }
    *out = 0;
}

char *bn_clean_brackets(char *text)
{
    size_t n = strlen(text), blank = 0;
    while (isspace((unsigned char)text[blank])) blank++;
    while (n > blank && isspace((unsigned char)text[n - 1])) n--;
    memmove(text, text + blank, n - blank);
    text[n - blank] = 0;
    replace(text, " [title]", ". ");
    drop_brackets(text);
    replace(text, "  ", " ");
    return text;
}
