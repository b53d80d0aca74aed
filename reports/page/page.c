/* page.c - the page around the sections. */
#include "reports/page/page.h"
#include "reports/page/database.h"
#include "reports/page/html.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GENERATOR "<meta name=\"generator\" content=\"bitnet-report\">"

bool report_fail(struct report *report, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(report->error, sizeof report->error, format, args);
    va_end(args);
    return false;
}

struct bn_output *report_begin(struct report *report, const char *path)
{
    struct bn_output *file;
    struct bn_error err;
    if (bn_output_open(&file, path, &err)) report_fail(report, "%s", err.text);
    return file;
}

bool report_keep(struct report *report, struct bn_output *file)
{
    struct bn_error err;
    return !bn_output_commit(file, &err) || report_fail(report, "%s", err.text);
}

sqlite3_stmt *report_query(struct report *report, const char *name, const char *sql)
{
    sqlite3_stmt *query = NULL;
    if (sqlite3_prepare_v2(report->db, sql, -1, &query, NULL) != SQLITE_OK) {
        report_fail(report, "The query of %s does not fit this database: %s; it may come from another version.", name,
                    sqlite3_errmsg(report->db));
        return NULL;
    }
    int run = sqlite3_bind_parameter_index(query, ":run");
    if (run) sqlite3_bind_int64(query, run, report->run);
    return query;
}

const struct content *content_find(const char *name)
{
    size_t n;
    const struct content *all = content_list(&n);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(all[i].name, name)) return &all[i];
    return NULL;
}

const char *content_says(const struct content *content, const char *key, char *buffer, size_t size)
{
    size_t n = strlen(key);
    buffer[0] = 0;
    for (const char *p = content->sql; !strncmp(p, "-- ", 3); p += strcspn(p, "\n") + 1) {
        if (strncmp(p + 3, key, n) || strncmp(p + 3 + n, ": ", 2)) continue;
        const char *text = p + n + 5;
        snprintf(buffer, size, "%.*s", (int)strcspn(text, "\n"), text);
    }
    return buffer;
}

void section_begin(const struct content *content, FILE *out)
{
    char text[512];
    fprintf(out, "<section id=\"%s\"%s>\n", content->name, content->kind == CONTENT_PLOT ? " class=\"half\"" : "");
    if (content_says(content, "title", text, sizeof text)[0]) {
        fputs("<h2>", out);
        html_put(out, text);
        fputs("</h2>\n", out);
    }
    if (content_says(content, "note", text, sizeof text)[0]) {
        fputs("<p class=\"note\">", out);
        html_put(out, text);
        fputs("</p>\n", out);
    }
}

void section_end(FILE *out) { fputs("</section>\n", out); }

/* ---- head and navigation ---- */
void run_put(sqlite3_stmt *run, void (*put)(FILE *out, const char *text), FILE *out)
{
    static const char *const before[] = {"", " · ", " · ", " · run of "};
    static const int column[] = {1, 3, 0, 2};
    for (int i = 0; i < 4; i++) {
        const char *text = (const char *)sqlite3_column_text(run, column[i]);
        fputs(before[i], out);
        put(out, text ? text : "unknown");
    }
}

static bool put_head(struct report *report, FILE *out)
{
    sqlite3_stmt *run =
        report_query(report, "the head", "SELECT plan, machine, started_at, host FROM v_runs WHERE run_id = :run");
    if (!run) return false;
    fprintf(out,
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">" GENERATOR
            "<meta name=\"color-scheme\" content=\"light dark\">\n<title>bitnet-bench "
            "report</title>\n<style>\n%s</style></head>\n<body>\n"
            "<header><h1>bitnet-bench</h1><p>",
            content_style_css);
    int step = sqlite3_step(run);
    if (step == SQLITE_ROW) run_put(run, html_put, out);
    if (step == SQLITE_DONE) fputs("no run in this database yet", out);
    fputs("</p></header>\n", out);
    bool ok = step == SQLITE_ROW || step == SQLITE_DONE ||
              report_fail(report, "Reading the run failed: %s.", sqlite3_errmsg(report->db));
    sqlite3_finalize(run);
    return ok;
}

/* absent: [n] of the contents */
static void put_navigation(const bool *absent, FILE *out)
{
    char title[200];
    size_t n;
    const struct content *all = content_list(&n);
    fputs("<nav>", out);
    for (size_t i = 0; i < n; i++) {
        if (absent[i] || !content_says(&all[i], "title", title, sizeof title)[0]) continue;
        fprintf(out, "<a href=\"#%s\">", all[i].name);
        html_put(out, title);
        fputs("</a>", out);
    }
    fputs("</nav>\n<main>\n", out);
}

/* What each plot that is not in the page would need. */
static void put_absent(const bool *absent, FILE *out)
{
    char text[512];
    size_t n, n_absent = 0;
    const struct content *all = content_list(&n);
    for (size_t i = 0; i < n; i++) {
        if (!absent[i]) continue;
        fputs(n_absent++ ? "<li><b>" : "<section id=\"not_drawn\">\n<h2>Not drawn</h2>\n<ul class=\"note\">\n<li><b>",
              out);
        html_put(out, content_says(&all[i], "title", text, sizeof text));
        fputs("</b>: ", out);
        html_put(out, content_says(&all[i], "empty", text, sizeof text));
        fputs("</li>\n", out);
    }
    if (n_absent) fputs("</ul>\n</section>\n", out);
}

static bool put_sections(struct report *report, bool *absent, FILE *out)
{
    static bool (*const write[])(struct report *, const struct content *, FILE *) = {table_write, plot_write,
                                                                                     flame_write};
    size_t n;
    const struct content *all = content_list(&n);
    for (size_t i = 0; i < n; i++) {
        report->absent = false;
        if (!write[all[i].kind](report, &all[i], out)) return false;
        absent[i] = report->absent;
    }
    return true;
}

/* Sections first: only those that have been written get a link above them. */
static bool put_body(struct report *report, FILE *out)
{
    size_t n, size;
    char *text = NULL;
    content_list(&n);
    bool *absent = calloc(n, sizeof *absent);
    FILE *sections = open_memstream(&text, &size);
    bool ok = absent && sections && put_sections(report, absent, sections);
    if (!absent || !sections) report_fail(report, "Out of memory for the page.");
    if (sections && fclose(sections)) ok = report_fail(report, "Out of memory for the page.");
    if (ok) {
        put_navigation(absent, out);
        fwrite(text, 1, size, out);
        put_absent(absent, out);
    }
    free(absent);
    free(text);
    return ok;
}

static bool make_folder(struct report *report, const char *path)
{
    char part[4096];
    for (size_t i = 1; i <= strlen(path); i++) {
        if (path[i] && path[i] != '/') continue;
        snprintf(part, sizeof part, "%.*s", (int)i, path);
        if (mkdir(part, 0777) && errno != EEXIST)
            return report_fail(report, "Cannot make the folder %s: %s.", part, strerror(errno));
    }
    return true;
}

/* A page or a summary of ours: by the mark, or by the title that pages had before it. */
static bool is_ours(const char *text)
{
    return strstr(text, GENERATOR) || strstr(text, "<title>bitnet-bench report<") || strstr(text, MARKDOWN_GENERATOR);
}

/* What somebody else wrote there stays. */
static bool check_ours(struct report *report, const char *path)
{
    struct stat s;
    struct bn_error err;
    int fd;
    char head[4096];
    if (stat(path, &s) || bn_input_is(&s)) return true; /* an output that is an input has its own refusal */
    if (bn_input_open(&fd, &s, path, &err)) return report_fail(report, "%s", err.text);
    ssize_t n = read(fd, head, sizeof head - 1);
    close(fd);
    bn_input_forget(&s);
    head[n > 0 ? n : 0] = 0;
    return !s.st_size || is_ours(head) ||
           report_fail(report, "%s was not written by bitnet-report; choose another --output, or move it away.", path);
}

static bool keep_markdown(struct report *report)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/summary.md", report->output);
    struct bn_output *file = report_begin(report, path);
    if (!file) return false;
    if (markdown_write(report, bn_output_stream(file))) return report_keep(report, file);
    bn_output_discard(file);
    return false;
}

bool page_write(struct report *report)
{
    char path[4096];
    if (strlen(report->output) > 3900) return report_fail(report, "The name of the output folder is too long.");
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", report->output, i ? "summary.md" : "index.html");
        if (!check_ours(report, path)) return false;
    }
    snprintf(path, sizeof path, "%s/plots", report->output);
    if (!make_folder(report, path)) return false;
    snprintf(path, sizeof path, "%s/index.html", report->output);
    struct bn_output *page = report_begin(report, path);
    if (!page) return false;
    FILE *out = bn_output_stream(page);
    bool ok = put_head(report, out) && database_share(report) && put_body(report, out);
    fprintf(
        out,
        "</main>\n<footer>Written by bitnet-report from the v_* views of the results database; plots and their data "
        "are in plots/, the decisions as Markdown in summary.md.</footer>\n<script>\n%s</script>\n</body></html>\n",
        content_table_js);
    if (ok) return report_keep(report, page) && keep_markdown(report);
    bn_output_discard(page);
    return false;
}
