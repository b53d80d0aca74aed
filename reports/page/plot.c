/* plot.c - a query to a data file, gnuplot to an SVG (drawing.h), the SVG into the page. */
#include "reports/page/drawing.h"
#include "reports/page/html.h"
#include "reports/page/page.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct bn_output *begin(struct report *report, const struct content *content, const char *end)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/plots/%s.%s", report->output, content->name, end);
    return report_begin(report, path);
}

/* One gnuplot word: quoted, NULL as "?" (gnuplot's missing value, set in style.gp). A spreadsheet that opens the file
 * must not take a name for a formula, so that one beginning with = + - @ gets a space in front. */
static void put_word(FILE *f, sqlite3_stmt *row, int c)
{
    if (sqlite3_column_type(row, c) == SQLITE_NULL)
        fputs("?", f);
    else if (sqlite3_column_type(row, c) != SQLITE_TEXT)
        fputs((const char *)sqlite3_column_text(row, c), f);
    else {
        const char *text = (const char *)sqlite3_column_text(row, c);
        fputs(*text && strchr("=+-@", *text) ? "\" " : "\"", f);
        for (const char *p = text; *p; p++) fputc(*p == '"' ? '\'' : (unsigned char)*p < ' ' ? ' ' : *p, f);
        fputc('"', f);
    }
}

/* "; name" at the end of a list that may be cut. */
static void add_name(char *names, size_t size, const char *name)
{
    size_t n = strlen(names);
    if (*name) snprintf(names + n, size - n, "%s%s", n ? "; " : "", name);
}

/* Writes the blocks; returns how many rows, -1 on failure. names: of the series. */
static int write_data(struct report *report, const struct content *content, FILE *f, char *names, size_t size)
{
    char series[512] = "\1";
    int n = 0, step;
    sqlite3_stmt *query = report_query(report, content->name, content->sql);
    if (!query) return -1;
    for (; (step = sqlite3_step(query)) == SQLITE_ROW; n++) {
        const char *name = (const char *)sqlite3_column_text(query, 0);
        if (strcmp(series, name ? name : "")) {
            snprintf(series, sizeof series, "%s", name ? name : "");
            add_name(names, size, series);
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
        report_fail(report, "Could not read %s: %s.", content->name, sqlite3_errmsg(report->db)), n = -1;
    sqlite3_finalize(query);
    return n;
}

/* ---- gnuplot ---- */
/* In the plots folder, on a script of a fixed name: nothing that a user named is part of a script or a command. */
static void become_gnuplot(const struct report *report, const char *script)
{
    char folder[4200];
    snprintf(folder, sizeof folder, "%s/plots", report->output);
    int none = open("/dev/null", O_RDWR);
    setpgid(0, 0);
    if (chdir(folder) || none < 0) _exit(126);
    dup2(none, 0), dup2(none, 1), dup2(none, 2);
    execlp("gnuplot", "gnuplot", "-d", script, (char *)NULL);
    _exit(127);
}

/* Waits at most `limit_s`, then ends the whole group; false when it had to. */
static bool wait_for(pid_t pid, int limit_s, int *status)
{
    for (int waited_ms = 0; waited_ms < 1000 * limit_s; waited_ms += 10) {
        if (waitpid(pid, status, WNOHANG) == pid) return true;
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    }
    kill(-pid, SIGKILL);
    waitpid(pid, status, 0);
    return false;
}

/* "" when the plot was drawn; else why not, in a sentence for the page. Nothing else suffers. */
static void run_gnuplot(struct report *report, const char *script, char *why, size_t cap)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) become_gnuplot(report, script);
    if (pid < 0)
        snprintf(why, cap, "gnuplot could not be started: %s.", strerror(errno));
    else if (!wait_for(pid, report->plot_limit_s, &status))
        snprintf(why, cap, "gnuplot took longer than %d s and was ended.", report->plot_limit_s),
            report->no_gnuplot = true;
    else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        snprintf(why, cap, "gnuplot is not installed."), report->no_gnuplot = true;
    else if (WIFEXITED(status))
        snprintf(why, cap, WEXITSTATUS(status) ? "gnuplot failed with exit code %d." : "%.0d", WEXITSTATUS(status));
    else
        snprintf(why, cap, "gnuplot ended by signal %d (%s).", WTERMSIG(status), strsignal(WTERMSIG(status)));
}

static bool write_script(struct report *report, const struct content *content)
{
    struct bn_output *script = begin(report, content, "gp");
    if (!script) return false;
    fprintf(bn_output_stream(script), "name = '%s'\nfile = name.'.tsv'\n%sset output name.'.svg'\n%s", content->name,
            content_plot_style_gp, content->gp);
    return report_keep(report, script);
}

/* In the place of gnuplot's. */
static bool write_drawing(struct report *report, const struct content *content, const struct drawing *drawing)
{
    struct bn_output *file = begin(report, content, "svg");
    if (!file) return false;
    drawing_put(drawing, false, bn_output_stream(file));
    return report_keep(report, file);
}

static bool draw(struct report *report, const struct content *content, const char *svg, const char *names, FILE *out)
{
    char script[64], why[160] = "gnuplot did not draw an earlier plot.";
    if (!write_script(report, content)) return false;
    snprintf(script, sizeof script, "%s.gp", content->name);
    if (!report->no_gnuplot) run_gnuplot(report, script, why, sizeof why);
    fputs("<figure class=\"plot\">\n", out);
    struct drawing drawing = {0};
    bool ok = true;
    if (!why[0] && !drawing_read(&drawing, svg, content, names)) snprintf(why, sizeof why, "gnuplot wrote no plot.");
    if (!why[0]) {
        drawing_put(&drawing, true, out);
        ok = write_drawing(report, content, &drawing);
    }
    drawing_release(&drawing);
    if (why[0]) {
        fputs("<p class=\"empty\">", out);
        html_put(out, why);
        fprintf(out, " The data of this plot are in plots/%s.tsv.</p>\n", content->name);
    }
    fputs("</figure>\n", out);
    return ok;
}

bool plot_write(struct report *report, const struct content *content, FILE *out)
{
    char names[1000] = "", svg[4200];
    struct bn_output *data = begin(report, content, "tsv");
    if (!data) return false;
    int n = write_data(report, content, bn_output_stream(data), names, sizeof names);
    if (n < 0) bn_output_discard(data);
    if (n < 0 || !report_keep(report, data)) return false;
    snprintf(svg, sizeof svg, "%s/plots/%s.svg", report->output, content->name);
    remove(svg); /* of an earlier report */
    report->absent = n == 0;
    if (!n) return true;
    section_begin(content, out);
    bool ok = draw(report, content, svg, names, out);
    section_end(out);
    return ok;
}
