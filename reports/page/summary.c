/* summary.c - the cards at the top of the page as lines of text, for a terminal. */
#include "reports/page/page.h"
#include <string.h>

/* Columns of text on a terminal: the bytes that begin a UTF-8 character. */
static int width_of(const char *text)
{
    int n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void put_padded(const char *text, int width, FILE *out)
{
    fprintf(out, "%s%*s", text, width - width_of(text) > 1 ? width - width_of(text) : 1, "");
}

static const struct content *cards(void)
{
    size_t n;
    const struct content *all = content_list(&n);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(all[i].name, "summary")) return &all[i];
    return NULL;
}

bool summary_write(struct report *report, FILE *out)
{
    const struct content *content = cards();
    sqlite3_stmt *query = content ? report_query(report, content->name, content->sql) : NULL;
    if (!query) return false;
    int step;
    while ((step = sqlite3_step(query)) == SQLITE_ROW) {
        char cell[3][512];
        for (int c = 0; c < 3; c++)
            bn_printable(cell[c], sizeof cell[c],
                         sqlite3_column_type(query, c) == SQLITE_NULL ? ""
                                                                      : (const char *)sqlite3_column_text(query, c));
        fputs("  ", out);
        put_padded(cell[0], 32, out);
        put_padded(cell[1], 18, out);
        fprintf(out, "%s\n", cell[2]);
    }
    sqlite3_finalize(query);
    return step == SQLITE_DONE || report_fail(report, "Reading the summary failed: %s.", sqlite3_errmsg(report->db));
}
