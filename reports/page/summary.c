/* summary.c - the first screen of the page as text: cards as lines for a terminal, decisions and cards in Markdown. */
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

bool summary_write(struct report *report, FILE *out)
{
    sqlite3_stmt *query = report_query(report, "the summary", content_find("summary")->sql);
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

/* ---- Markdown ---- */
/* Names are data: what Markdown, or the HTML within it, would take for its own is escaped; one line stays one. */
static void put_markdown(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text && strchr("\\`*_{}[]<>#|~&$", *text)) fputc('\\', out);
        fputc((unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text, out);
    }
}

static void put_row(sqlite3_stmt *query, FILE *out)
{
    for (int c = 0; c < sqlite3_column_count(query); c++) {
        const char *text = (const char *)sqlite3_column_text(query, c);
        fputs(c ? " | " : "| ", out);
        put_markdown(out, text ? text : "");
    }
    fputs(" |\n", out);
}

static bool put_table(struct report *report, const char *name, const char *headings, FILE *out)
{
    char text[512];
    int n = 0, step;
    const struct content *content = content_find(name);
    sqlite3_stmt *query = report_query(report, name, content->sql);
    if (!query) return false;
    if (content_says(content, "title", text, sizeof text)[0]) fprintf(out, "\n## %s\n", text);
    for (; (step = sqlite3_step(query)) == SQLITE_ROW; n++) {
        if (!n) fprintf(out, "\n%s\n", headings);
        put_row(query, out);
    }
    sqlite3_finalize(query);
    if (!n) fprintf(out, "\n%s\n", content_says(content, "empty", text, sizeof text));
    return step == SQLITE_DONE || report_fail(report, "Reading %s failed: %s.", name, sqlite3_errmsg(report->db));
}

bool markdown_write(struct report *report, FILE *out)
{
    sqlite3_stmt *run =
        report_query(report, "the head", "SELECT plan, machine, started_at, host FROM v_runs WHERE run_id = :run");
    if (!run) return false;
    fputs(MARKDOWN_GENERATOR "\n# bitnet-bench\n\n", out);
    if (sqlite3_step(run) == SQLITE_ROW)
        run_put(run, put_markdown, out);
    else
        fputs("no run in this database yet", out);
    fputc('\n', out);
    sqlite3_finalize(run);
    return put_table(report, "decisions", "| decision | what | model | evidence |\n| --- | --- | --- | --- |", out) &&
           put_table(report, "summary", "| figure | value | of |\n| --- | --- | --- |", out);
}
