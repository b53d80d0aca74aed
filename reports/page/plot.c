/* plot.c - a query to a data file, gnuplot to an SVG, the SVG into the page. */
#include "reports/page/html.h"
#include "reports/page/page.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *open_file(struct report *report, const struct content *content, const char *end, const char *mode,
                       char *path, size_t size)
{
    snprintf(path, size, "%s/plots/%s.%s", report->output, content->name, end);
    FILE *f = fopen(path, mode);
    if (!f) report_fail(report, "Cannot open %s: %s.", path, strerror(errno));
    return f;
}

/* One gnuplot word: quoted, NULL as "?" (gnuplot's missing value, set in style.gp). */
static void put_word(FILE *f, sqlite3_stmt *row, int c)
{
    if (sqlite3_column_type(row, c) == SQLITE_NULL)
        fputs("?", f);
    else if (sqlite3_column_type(row, c) != SQLITE_TEXT)
        fputs((const char *)sqlite3_column_text(row, c), f);
    else {
        fputc('"', f);
        for (const char *p = (const char *)sqlite3_column_text(row, c); *p; p++)
            fputc(*p == '"' || *p == '\n' || *p == '\\' ? ' ' : *p, f);
        fputc('"', f);
    }
}

/* Writes the blocks; returns how many rows, -1 on failure. */
static int write_data(struct report *report, const struct content *content, FILE *f)
{
    char series[512] = "\1";
    int n = 0, step;
    sqlite3_stmt *query = report_query(report, content->name, content->sql);
    if (!query) return -1;
    for (; (step = sqlite3_step(query)) == SQLITE_ROW; n++) {
        const char *name = (const char *)sqlite3_column_text(query, 0);
        if (strcmp(series, name ? name : "")) {
            snprintf(series, sizeof series, "%s", name ? name : "");
            if (n) fputs("\n\n", f);
            put_word(f, query, 0);
            fputc('\n', f);
        }
        for (int c = 1; c < sqlite3_column_count(query); c++) {
            if (c > 1) fputc('\t', f);
            put_word(f, query, c);
        }
        fputc('\n', f);
    }
    if (step != SQLITE_DONE)
        report_fail(report, "Reading %s failed: %s.", content->name, sqlite3_errmsg(report->db)), n = -1;
    sqlite3_finalize(query);
    return n;
}

/* Runs gnuplot on a script; false when it is not there or fails (then the page says so, nothing else suffers). */
static bool run_gnuplot(const char *script)
{
    pid_t pid = fork();
    if (pid == 0) {
        execlp("gnuplot", "gnuplot", script, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Copies the <svg> element, without the XML head that a page cannot hold. */
static bool copy_svg(const char *path, FILE *out)
{
    char line[1 << 16];
    bool inside = false;
    FILE *f = fopen(path, "r");
    if (!f) return false;
    while (fgets(line, sizeof line, f)) {
        inside |= !strncmp(line, "<svg", 4);
        if (inside) fputs(line, out);
    }
    fclose(f);
    return inside;
}

static bool draw(struct report *report, const struct content *content, const char *data, FILE *out)
{
    char script[4200], svg[4200];
    FILE *f = open_file(report, content, "gp", "w", script, sizeof script);
    if (!f) return false;
    snprintf(svg, sizeof svg, "%s/plots/%s.svg", report->output, content->name);
    fprintf(f, "name = '%s'\nfile = '%s'\n%sset output '%s'\n%s", content->name, data, content_plot_style_gp, svg,
            content->gp);
    if (fclose(f)) return report_fail(report, "Writing %s failed: %s.", script, strerror(errno));
    remove(svg);
    fputs("<figure class=\"plot\">\n", out);
    if (!run_gnuplot(script) || !copy_svg(svg, out))
        fputs("<p class=\"empty\">gnuplot is not installed or failed; the data of this plot are in plots/.</p>\n", out);
    fputs("</figure>\n", out);
    return true;
}

bool plot_write(struct report *report, const struct content *content, FILE *out)
{
    char data[4200], empty[512];
    FILE *f = open_file(report, content, "tsv", "w", data, sizeof data);
    if (!f) return false;
    int n = write_data(report, content, f);
    if (fclose(f)) return report_fail(report, "Writing %s failed: %s.", data, strerror(errno));
    if (n < 0) return false;
    section_begin(content, out);
    bool ok = true;
    if (n)
        ok = draw(report, content, data, out);
    else
        fprintf(out, "<p class=\"empty\">%s</p>\n", content_says(content, "empty", empty, sizeof empty));
    section_end(out);
    return ok;
}
