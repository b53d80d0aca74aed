/* bitnet_report.c - writes the static report of a results database, or a flame graph of folded stacks. Knows nothing of
 * the engine but how programs read and write files; it reads the v_* views only. */
#include "engine/files.h"
#include "reports/flamegraph/flamegraph.h"
#include "reports/page/database.h"
#include "reports/page/page.h"
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "bitnet-report - static report of a results database\n"
    "usage: bitnet-report --db FILE [--output DIR] [--run N] [--summary]\n"
    "       bitnet-report --folded FILE --output FILE.svg [--unit ns] [--title TEXT]\n\n"
    "options:\n"
    "  --db FILE                      database of bitnet-bench\n"
    "  --output DIR                   folder of the page (default: beside the database, NAME-report for NAME.db);\n"
    "                                 with --folded the SVG file\n"
    "  --run N                        the run to show (default: the latest with measured points)\n"
    "  --plot_time SECONDS            end gnuplot when a plot takes longer (default: 30)\n"
    "  --summary                      print the figures at the top of the page as well\n"
    "  --folded FILE                  folded stacks to draw, one \"a;b;c value\" a line; - reads standard input\n"
    "  --unit NAME                    what the values are (default: ns, shown as ms)\n"
    "  --title TEXT                   title of the flame graph\n"
    "  --help                         print this and exit\n"
    "  --version                      print the version and exit\n";

static struct {
    const char *db, *output, *folded, *unit, *title, *run;
    int plot_limit_s;
    bool summary;
} o = {.unit = "ns", .title = "", .plot_limit_s = 30};

static void __attribute__((noreturn, format(printf, 2, 3))) fail(int code, const char *format, ...)
{
    va_list args;
    char text[1024], shown[1024];
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(stderr, "bitnet-report: %s\n", bn_printable(shown, sizeof shown, text));
    exit(code);
}

/* The whole text is a number from 1 to 999999999. */
static int number(const char *option, const char *text)
{
    size_t n = strspn(text, "0123456789");
    long value = n && n <= 9 && !text[n] ? strtol(text, NULL, 10) : 0;
    if (value < 1) fail(2, "%s must be a whole number from 1 to 999999999, not \"%s\".", option, text);
    return (int)value;
}

static void parse(int argc, char **argv)
{
    static const struct option names[] = {
        {"db", 1, NULL, 'd'},      {"output", 1, NULL, 'o'},    {"run", 1, NULL, 'r'},       {"folded", 1, NULL, 'f'},
        {"unit", 1, NULL, 'u'},    {"title", 1, NULL, 't'},     {"summary", 0, NULL, 's'},   {"help", 0, NULL, 'h'},
        {"version", 0, NULL, 'v'}, {"plot_time", 1, NULL, 'p'}, {"plot-time", 1, NULL, 'p'}, {NULL, 0, NULL, 0}};
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":h", names, NULL)) != -1;) switch (c) {
        case 'd':
            o.db = optarg;
            break;
        case 'o':
            o.output = optarg;
            break;
        case 'r':
            o.run = optarg;
            break;
        case 'f':
            o.folded = optarg;
            break;
        case 'u':
            o.unit = optarg;
            break;
        case 't':
            o.title = optarg;
            break;
        case 'p':
            o.plot_limit_s = number("--plot_time", optarg);
            break;
        case 's':
            o.summary = true;
            break;
        case 'h':
            fputs(help, stdout);
            exit(bn_cmd_finish("bitnet-report", 0));
        case 'v':
            puts("bitnet-report 0.1.0 (SQLite " SQLITE_VERSION ")");
            exit(bn_cmd_finish("bitnet-report", 0));
        case ':':
            fail(2, "%s needs a value.", argv[optind - 1]);
        default:
            fail(2, "Unknown option %s; bitnet-report --help lists them.", argv[optind - 1]);
        }
    if (optind < argc) fail(2, "Unknown word \"%s\"; bitnet-report --help shows the usage.", argv[optind]);
    if (!o.db == !o.folded) fail(2, "Give --db FILE for the report or --folded FILE for a flame graph.");
}

/* The whole text first: a folder or a device without end is refused, a pipe is read. */
static void read_folded(struct flame *flame)
{
    enum { MOST_BYTES = 1 << 28 };
    char *text;
    size_t n;
    struct bn_error err;
    if (bn_input_read(&text, &n, o.folded, MOST_BYTES, &err)) fail(1, "%s", err.text);
    FILE *in = fmemopen(text, n, "r");
    bool read = in && flame_read(flame, in);
    if (!in || flame->out_of_memory) fail(1, "Could not allocate the stacks of %s.", o.folded);
    if (!read)
        fail(1, "Line %zu of %s is not a stack and a number, as in \"main;work 12\".", flame->bad_line, o.folded);
    fclose(in);
    free(text);
}

static int draw_folded(void)
{
    struct flame flame;
    struct flame_style style = {o.title, o.unit};
    if (!o.output) fail(2, "--folded needs --output FILE.svg.");
    struct bn_output *output;
    struct bn_error err;
    read_folded(&flame);
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
    int wanted = o.run ? number("--run", o.run) : 0;
    if (sqlite3_prepare_v2(db,
                           "SELECT run_id FROM v_runs WHERE ?1 IN (0, run_id) ORDER BY n_finished > 0 DESC, n_points > "
                           "0 DESC, started_at DESC, run_id DESC LIMIT 1",
                           -1, &query, NULL))
        fail(1, "%s is not a database of bitnet-bench: %s.", o.db, sqlite3_errmsg(db));
    sqlite3_bind_int64(query, 1, wanted);
    int step = sqlite3_step(query);
    if (step == SQLITE_ROW)
        run = sqlite3_column_int64(query, 0);
    else if (step != SQLITE_DONE)
        fail(1, "%s cannot be read: %s.", o.db, sqlite3_errmsg(db));
    else if (o.run)
        fail(1, "%s has no run %s.", o.db, o.run);
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
    bn_cmd_begin("bitnet-report");
    parse(argc, argv);
    if (o.folded) return bn_cmd_finish("bitnet-report", draw_folded());
    struct report report = {.output = o.output ? o.output : beside(o.db), .plot_limit_s = o.plot_limit_s};
    if (!database_open(&report, o.db)) fail(1, "%s", report.error);
    report.run = choose_run(report.db);
    if (!page_write(&report) || (o.summary && !summary_write(&report, stdout))) fail(1, "%s", report.error);
    sqlite3_close(report.db);
    printf("%s/index.html\n", report.output);
    return bn_cmd_finish("bitnet-report", 0);
}
