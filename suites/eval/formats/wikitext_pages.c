/* wikitext_pages.c - WikiText as published, a row a page: pages begin with a heading of the first level. */
#include "suites/eval/format.h"
#include "suites/eval/read.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A heading of the first level: "= Title =" after "= = =" and "= =" are taken as one mark each. */
static bool is_heading(const char *line, size_t n)
{
    while (n && isspace((unsigned char)*line)) line++, n--;
    while (n && isspace((unsigned char)line[n - 1])) n--;
    return n >= 4 && !strncmp(line, "= ", 2) && line[2] != '=' && !strncmp(line + n - 2, " =", 2) && line[n - 3] != '=';
}

/* Length of the page at the start of `text`: up to before the newline in front of the next heading. */
static size_t page_length(const char *text)
{
    size_t at = strcspn(text, "\n");
    while (text[at]) {
        size_t n = strcspn(text + at + 1, "\n");
        if (is_heading(text + at + 1, n)) return at;
        at += 1 + n;
    }
    return at;
}

enum bn_status bn_format_wikitext_pages(const struct bn_rows *rows, struct bn_error *err)
{
    char *text = NULL;
    size_t n_bytes, number = 1;
    enum bn_status status = bn_data_read(&text, &n_bytes, rows->directory, rows->path, err);
    for (char *page = text, *end; status == BN_OK && *page; page = end) {
        end = page + page_length(page);
        if (*end) *end++ = 0;                     /* the newline before the next heading */
        if (!page[strspn(page, " \n")]) continue; /* the text may begin with empty lines */
        status = bn_row_give(rows, "Page", number++, json_pack("{s:s}", "text", page), err);
    }
    free(text);
    return status;
}
