/* flame.c - the flame graph of one point of the run: stacks from the database, also kept as a folded file. */
#include "reports/flamegraph/flamegraph.h"
#include "reports/page/html.h"
#include "reports/page/page.h"
#include <string.h>

/* Columns: stack, value, title. */
static bool read_stacks(struct report *report, const struct content *content, struct flame *flame, char *title,
                        size_t size)
{
    char path[4200];
    int step;
    snprintf(path, sizeof path, "%s/flamegraph.folded", report->output);
    struct bn_output *folded = report_begin(report, path);
    if (!folded) return false;
    sqlite3_stmt *query = report_query(report, content->name, content->sql);
    bool ok = query != NULL;
    while (ok && (step = sqlite3_step(query)) == SQLITE_ROW) {
        const char *stack = (const char *)sqlite3_column_text(query, 0);
        ok = flame_add(flame, stack, sqlite3_column_double(query, 1)) ||
             report_fail(report, "Out of memory in the flame graph.");
        fprintf(bn_output_stream(folded), "%s %lld\n", stack, (long long)sqlite3_column_int64(query, 1));
        snprintf(title, size, "%s", (const char *)sqlite3_column_text(query, 2));
    }
    if (ok && step != SQLITE_DONE)
        ok = report_fail(report, "Reading %s failed: %s.", content->name, sqlite3_errmsg(report->db));
    sqlite3_finalize(query);
    if (ok) return report_keep(report, folded);
    bn_output_discard(folded);
    return false;
}

static bool write_file(struct report *report, const struct flame *flame, const struct flame_style *style)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/flamegraph.svg", report->output);
    struct bn_output *svg = report_begin(report, path);
    if (!svg) return false;
    if (flame_write_svg(flame, style, bn_output_stream(svg))) return report_keep(report, svg);
    bn_output_discard(svg);
    return report_fail(report, "Could not allocate the flame graph.");
}

bool flame_write(struct report *report, const struct content *content, FILE *out)
{
    char title[512] = "", empty[512];
    struct flame flame = {.depth = 0};
    struct flame_style style = {.title = title, .unit = "ns"};
    bool ok = read_stacks(report, content, &flame, title, sizeof title);
    section_begin(content, out);
    if (ok && flame.root.value > 0) {
        fputs("<figure class=\"plot\">\n", out);
        flame_write_svg(&flame, &style, out);
        fputs("</figure>\n", out);
        ok = write_file(report, &flame, &style);
    } else if (ok) {
        fprintf(out, "<p class=\"empty\">%s</p>\n", content_says(content, "empty", empty, sizeof empty));
    }
    section_end(out);
    flame_release(&flame);
    return ok;
}
