/* plot.c - a query to a data file, gnuplot to an SVG, the SVG into the page. */
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

/* gnuplot gives the parts of every plot the same ids, which a page of several plots must not have. */
static void put_with_own_ids(const char *line, const char *name, FILE *out)
{
    static const char *const before[] = {"id=\"", "id='", "href=\"#", "href='#", "url(#"};
    for (const char *p = line; *p; p++) {
        fputc(*p, out);
        for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
            size_t n = strlen(before[i]);
            if ((size_t)(p + 1 - line) >= n && !strncmp(p + 1 - n, before[i], n)) fprintf(out, "%s-", name);
        }
    }
}

/* Copies the <svg> element, all of it, without the XML head that a page cannot hold. */
static bool copy_svg(const char *path, const char *name, FILE *out)
{
    char line[1 << 16];
    bool inside = false;
    FILE *f = fopen(path, "r");
    if (!f) return false;
    while (fgets(line, sizeof line, f)) {
        inside |= !strncmp(line, "<svg", 4);
        if (inside) put_with_own_ids(line, name, out);
    }
    bool whole = !ferror(f);
    fclose(f);
    return inside && whole;
}

static bool write_script(struct report *report, const struct content *content)
{
    struct bn_output *script = begin(report, content, "gp");
    if (!script) return false;
    fprintf(bn_output_stream(script), "name = '%s'\nfile = name.'.tsv'\n%sset output name.'.svg'\n%s", content->name,
            content_plot_style_gp, content->gp);
    return report_keep(report, script);
}

static bool draw(struct report *report, const struct content *content, FILE *out)
{
    char script[64], svg[4200], why[160] = "gnuplot did not draw an earlier plot.";
    if (!write_script(report, content)) return false;
    snprintf(script, sizeof script, "%s.gp", content->name);
    snprintf(svg, sizeof svg, "%s/plots/%s.svg", report->output, content->name);
    remove(svg);
    if (!report->no_gnuplot) run_gnuplot(report, script, why, sizeof why);
    fputs("<figure class=\"plot\">\n", out);
    if (!why[0] && !copy_svg(svg, content->name, out)) snprintf(why, sizeof why, "gnuplot wrote no plot.");
    if (why[0]) {
        fputs("<p class=\"empty\">", out);
        html_put(out, why);
        fprintf(out, " The data of this plot are in plots/%s.tsv.</p>\n", content->name);
    }
    fputs("</figure>\n", out);
    return true;
}

bool plot_write(struct report *report, const struct content *content, FILE *out)
{
    char empty[512];
    struct bn_output *data = begin(report, content, "tsv");
    if (!data) return false;
    int n = write_data(report, content, bn_output_stream(data));
    if (n < 0) bn_output_discard(data);
    if (n < 0 || !report_keep(report, data)) return false;
    section_begin(content, out);
    bool ok = true;
    if (n)
        ok = draw(report, content, out);
    else
        fprintf(out, "<p class=\"empty\">%s</p>\n", content_says(content, "empty", empty, sizeof empty));
    section_end(out);
    return ok;
}
