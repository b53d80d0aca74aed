/* markdown.c - escapes what GitHub's Markdown gives a meaning to. */
#include "harness/core/markdown.h"
#include "engine/bitnet.h"
#include <ctype.h>
#include <string.h>

/* What would begin a list or draw a rule at the beginning of a line, "- ", "12. ", "---": where its mark is, else -1. A
 * figure ("-0.3") and the cell of a missing one ("-") are neither. */
static long leading_mark(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    char mark = text[digits], next = mark ? text[digits + 1] : 0;
    bool is_mark = digits ? (mark == '.' || mark == ')') && (!next || next == ' ')
                          : (mark == '-' || mark == '+' || mark == '=') && next && !isdigit((unsigned char)next);
    return is_mark ? (long)digits : -1;
}

/* Inside a word an underscore is no emphasis: names of options stay as they are. */
static bool is_inner_underscore(const char *text, const char *at)
{
    return *at == '_' && at > text && isalnum((unsigned char)at[-1]) && isalnum((unsigned char)at[1]);
}

static void put_line(FILE *out, const char *text)
{
    long mark = leading_mark(text);
    for (const char *at = text; *at; at++) {
        if ((strchr("\\`*_[]<>#|~&$", *at) && !is_inner_underscore(text, at)) || at - text == mark) fputc('\\', out);
        fputc(*at, out);
    }
}

void bn_markdown_put(FILE *out, const char *text)
{
    char line[4096], shown[2 * sizeof line];
    for (bool first = true; *text || first; first = false) {
        size_t n = strcspn(text, "\n");
        snprintf(line, sizeof line, "%s%.*s", first ? "" : " ", (int)n, text);
        put_line(out, bn_printable(shown, sizeof shown, line));
        text += n + (text[n] == '\n');
    }
}

void bn_markdown_put_code(FILE *out, const char *text)
{
    char shown[8192];
    size_t longest = 0;
    bn_printable(shown, sizeof shown, text);
    for (const char *at = shown; (at = strchr(at, '`'));) {
        size_t n = strspn(at, "`");
        longest = n > longest ? n : longest, at += n;
    }
    for (size_t i = 0; i <= longest; i++) fputc('`', out);
    fprintf(out, longest ? " %s " : "%s", shown);
    for (size_t i = 0; i <= longest; i++) fputc('`', out);
}
