/* bitnet_report.c - writes the static report of a results database, or a flame graph of folded stacks. Knows nothing of
 * the engine but how programs read and write files; it reads the v_* views only. */
#include "engine/cmdline.h"
#include "reports/flamegraph/flamegraph.h"
#include "reports/page/database.h"
#include "reports/page/page.h"
#include <stdlib.h>
#include <string.h>

static struct {
    const char *db, *output, *folded, *base, *unit, *title;
    int run, plot_limit_s;
    bool summary, icicle;
} o = {.unit = "ns", .title = "", .plot_limit_s = 30};

static const struct bn_cmd_option options[] = {
    {"db", "FILE", BN_CMD_STRING, &o.db, "database of bitnet-bench", 0, 0},
    {"output", "DIR", BN_CMD_STRING, &o.output,
     "folder of the page (default: beside the database, NAME-report for NAME.db); with --folded the SVG file", 0, 0},
    {"run", "N", BN_CMD_INT, &o.run, "the run to show (default: the latest with measured points)", 1, 999999999},
    {"plot_time", "SECONDS", BN_CMD_INT, &o.plot_limit_s, "end gnuplot when a plot takes longer (default: 30)", 1,
     999999999},
    {"summary", NULL, BN_CMD_FLAG, &o.summary, "print the figures at the top of the page as well", 0, 0},
    {"folded", "FILE", BN_CMD_STRING, &o.folded,
     "folded stacks to draw, one \"a;b;c value\" a line; - reads standard input", 0, 0},
    {"base", "FILE", BN_CMD_STRING, &o.base,
     "with --folded: stacks from before; draws both, each to its own total, in the colours of the change", 0, 0},
    {"icicle", NULL, BN_CMD_FLAG, &o.icicle, "with --folded: the root on top", 0, 0},
    {"unit", "NAME", BN_CMD_STRING, &o.unit, "what the values are (default: ns, shown as ms)", 0, 0},
    {"title", "TEXT", BN_CMD_STRING, &o.title, "title of the flame graph", 0, 0},
    {0}};
static const struct bn_cmd cmd = {"bitnet-report", "static report of a results database, or a flame graph",
                                  "--db FILE [--output DIR] [--run N] [--summary]\n"
                                  "       bitnet-report --folded FILE --output FILE.svg [--base FILE] [--icicle] "
                                  "[--unit ns] [--title TEXT]",
                                  options, NULL};

#define fail(...) bn_cmd_fail(&cmd, __VA_ARGS__)

static void check_options(int argc, char **argv)
{
    int rest = bn_cmd_parse(&cmd, argc, argv);
    if (rest) fail(2, "Unknown word \"%s\"; bitnet-report --help shows the usage.", argv[1]);
    if (!o.db == !o.folded) fail(2, "Give --db FILE for the report or --folded FILE for a flame graph.");
    bn_cmd_needs(&cmd, "run", o.db, "--db");
    bn_cmd_needs(&cmd, "plot_time", o.db, "--db");
    bn_cmd_needs(&cmd, "summary", o.db, "--db");
    bn_cmd_needs(&cmd, "base", o.folded, "--folded");
    bn_cmd_needs(&cmd, "icicle", o.folded, "--folded");
    bn_cmd_needs(&cmd, "unit", o.folded, "--folded");
    bn_cmd_needs(&cmd, "title", o.folded, "--folded");
}

/* The whole text first: a folder or a device without end is refused, a pipe is read. */
static void read_folded(struct flame *flame, const char *path, bool (*read)(struct flame *flame, FILE *f))
{
    enum { MOST_BYTES = 1 << 28 };
    char *text;
    size_t n;
    struct bn_error err;
    if (bn_input_read(&text, &n, path, MOST_BYTES, &err)) fail(1, "%s", err.text);
    FILE *in = fmemopen(text, n, "r");
    bool whole = in && read(flame, in);
    if (!in || flame->out_of_memory) fail(1, "Could not allocate the stacks of %s.", path);
    if (!whole) fail(1, "Line %zu of %s is not a stack and a number, as in \"main;work 12\".", flame->bad_line, path);
    fclose(in);
    free(text);
}

static int draw_folded(void)
{
    struct flame flame;
    struct flame_style style = {.title = o.title, .unit = o.unit, .up = !o.icicle, .difference = o.base};
    if (!o.output) fail(2, "--folded needs --output FILE.svg.");
    if (o.base && !strcmp(o.folded, "-") && !strcmp(o.base, "-"))
        fail(2, "Standard input holds one profile; give --folded or --base a file.");
    struct bn_output *output;
    struct bn_error err;
    read_folded(&flame, o.folded, flame_read);
    if (o.base) read_folded(&flame, o.base, flame_read_base);
    if (bn_output_open(&output, o.output, &err)) fail(err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (!flame_write_svg(&flame, &style, bn_output_stream(output))) fail(1, "Could not allocate the flame graph.");
    flame_release(&flame);
    if (bn_output_commit(output, &err)) fail(1, "%s", err.text);
    return 0;
}

/* The run that --run names, or the latest with points, or the latest at all; 0 when there is none. */
static int64_t choose_run(sqlite3 *db)
{
    sqlite3_stmt *query;
    int64_t run = 0;
    if (sqlite3_prepare_v2(db,
                           "SELECT run_id FROM v_runs WHERE ?1 IN (0, run_id) ORDER BY n_finished > 0 DESC, n_points > "
                           "0 DESC, started_at DESC, run_id DESC LIMIT 1",
                           -1, &query, NULL))
        fail(1, "%s is not a database of bitnet-bench: %s.", o.db, sqlite3_errmsg(db));
    sqlite3_bind_int64(query, 1, o.run);
    int step = sqlite3_step(query);
    if (step == SQLITE_ROW)
        run = sqlite3_column_int64(query, 0);
    else if (step != SQLITE_DONE)
        fail(1, "%s cannot be read: %s.", o.db, sqlite3_errmsg(db));
    else if (o.run)
        fail(1, "%s has no run %d.", o.db, o.run);
    sqlite3_finalize(query);
    return run;
}

/* NAME-report for NAME.db: never the report of another database. */
static const char *beside(const char *db)
{
    const char *slash = strrchr(db, '/'), *name = slash ? slash + 1 : db, *dot = strrchr(name, '.');
    char *path = NULL;
    int n = dot && dot > name ? (int)(dot - db) : (int)strlen(db);
    if (asprintf(&path, "%.*s-report", n, db) < 0) fail(1, "Could not allocate memory.");
    return path;
}

int main(int argc, char **argv)
{
    check_options(argc, argv);
    if (o.folded) return bn_cmd_finish("bitnet-report", draw_folded());
    struct report report = {.output = o.output ? o.output : beside(o.db), .plot_limit_s = o.plot_limit_s};
    if (!database_open(&report, o.db)) fail(1, "%s", report.error);
    report.run = choose_run(report.db);
    if (!page_write(&report) || (o.summary && !summary_write(&report, stdout))) fail(1, "%s", report.error);
    sqlite3_close(report.db);
    char shown[8192];
    printf("%s/index.html\n", bn_printable(shown, sizeof shown, report.output));
    return bn_cmd_finish("bitnet-report", 0);
}
