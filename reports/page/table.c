/* table.c - the rows of a query as an HTML table, or as cards. */
#include "reports/page/html.h"
#include "reports/page/page.h"
#include <string.h>

static const char *text_of(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text ? text : "";
}

static bool is_word(const char *text)
{
    static const char *const words[] = {"PASS", "FAIL", "SKIP", "finished", "failed", "skipped", "planned", "claimed"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(text, words[i])) return true;
    return false;
}

/* Numbers, also formatted ones ("12.3 ± 0.4", "+5 %"), are right-aligned. */
static bool is_number(const char *text)
{
    text += strspn(text, "+-−~≈ ");
    return *text >= '0' && *text <= '9' && strspn(text, "0123456789.,eE+-±… %xkMG×/[]()–") == strlen(text);
}

static void put_share(FILE *out, double share)
{
    fprintf(out, "<td class=\"bar\"><span style=\"width:%.1f%%\"></span><b>%.1f %%</b></td>",
            share < 0   ? 0
            : share > 1 ? 100
                        : 100 * share,
            100 * share);
}

static void put_cell(sqlite3_stmt *row, int column, FILE *out)
{
    const char *text = text_of(row, column);
    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        fputs("<td class=\"none\">—</td>", out);
    else if (sqlite3_column_name(row, column)[0] == '%' && sqlite3_column_type(row, column) != SQLITE_TEXT)
        put_share(out, sqlite3_column_double(row, column));
    else if (is_word(text))
        fprintf(out, "<td><span class=\"badge %s\">%s</span></td>", text, text);
    else {
        fputs(is_number(text) ? "<td class=\"number\">" : "<td>", out);
        html_put(out, text);
        fputs("</td>", out);
    }
}

/* Aligned as the first row's cells are. */
static void put_column_names(const struct content *content, sqlite3_stmt *query, FILE *out)
{
    char title[200];
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", out);
    html_put(out, content_says(content, "title", title, sizeof title));
    fputs("\"><table><thead><tr>", out);
    for (int c = 0; c < sqlite3_column_count(query); c++) {
        const char *name = sqlite3_column_name(query, c);
        fputs(name[0] == '%' || is_number(text_of(query, c)) ? "<th class=\"number\">" : "<th>", out);
        html_put(out, name + (name[0] == '%'));
        fputs("</th>", out);
    }
    fputs("</tr></thead><tbody>\n", out);
}

/* A card: the columns are its label, its value and a note. */
static void put_card(sqlite3_stmt *row, FILE *out)
{
    static const char *const open[] = {"<div class=\"card\"><span>", "<b>", "<small>"};
    static const char *const close[] = {"</span>", "</b>", "</small></div>\n"};
    for (int c = 0; c < 3; c++) {
        fputs(open[c], out);
        html_put(out, text_of(row, c));
        fputs(close[c], out);
    }
}

static bool put_rows(struct report *report, const struct content *content, sqlite3_stmt *query, bool cards, FILE *out)
{
    char empty[512];
    int n = 0, step;
    for (; (step = sqlite3_step(query)) == SQLITE_ROW; n++) {
        if (n == 0 && cards) fputs("<div class=\"cards\">\n", out);
        if (n == 0 && !cards) put_column_names(content, query, out);
        if (cards) {
            put_card(query, out);
            continue;
        }
        fputs("<tr>", out);
        for (int c = 0; c < sqlite3_column_count(query); c++) put_cell(query, c, out);
        fputs("</tr>\n", out);
    }
    if (n)
        fputs(cards ? "</div>\n" : "</tbody></table></div>\n", out);
    else {
        fputs("<p class=\"empty\">", out);
        html_put(out, content_says(content, "empty", empty, sizeof empty)[0] ? empty : "Nothing to show.");
        fputs("</p>\n", out);
    }
    return step == SQLITE_DONE ||
           report_fail(report, "Reading %s failed: %s.", content->name, sqlite3_errmsg(report->db));
}

bool table_write(struct report *report, const struct content *content, FILE *out)
{
    char as[32];
    sqlite3_stmt *query = report_query(report, content->name, content->sql);
    if (!query) return false;
    section_begin(content, out);
    bool ok = put_rows(report, content, query, !strcmp(content_says(content, "as", as, sizeof as), "cards"), out);
    section_end(out);
    sqlite3_finalize(query);
    return ok;
}
