/* test_failed_reads.c - a query that fails on its way is a failure of the report, never "no run" or a short table. */
#include "reports/page/page.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* SQLite finds out only when the row is computed: abs() of the smallest integer overflows. */
#define OVERFLOW "abs(-9223372036854775807 - 1)"

static char folder[] = "/tmp/bn-report-XXXXXX";
static struct report report;

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
    report = (struct report){.output = folder, .run = 1, .plot_limit_s = 5};
    cr_assert_eq(sqlite3_open(":memory:", &report.db), SQLITE_OK);
}
static void end(void)
{
    char command[64];
    sqlite3_close(report.db);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}
TestSuite(failed_reads, .init = begin, .fini = end);

static void say_overflow(bool ok)
{
    cr_expect(!ok);
    cr_expect_not_null(strstr(report.error, "integer overflow"), "%s", report.error);
    report.error[0] = 0;
}

Test(failed_reads, of_the_run_is_not_a_database_without_runs)
{
    static const char view[] =
        "CREATE VIEW v_runs AS SELECT 1 AS run_id, " OVERFLOW " AS plan, '' AS machine, '' AS started_at, '' AS host";
    cr_assert_eq(sqlite3_exec(report.db, view, NULL, NULL, NULL), SQLITE_OK);
    say_overflow(page_write(&report));
}

Test(failed_reads, of_a_later_row_are_not_the_end_of_a_section)
{
    static const char sql[] = "SELECT 'a', 1, 'b' UNION ALL SELECT 'a', " OVERFLOW ", 'b'";
    FILE *out = fopen("/dev/null", "w");
    const struct content content = {.name = "x", .sql = sql, .gp = ""};
    char plots[64];
    snprintf(plots, sizeof plots, "mkdir %s/plots", folder);
    cr_assert_eq(system(plots), 0);
    say_overflow(table_write(&report, &content, out));
    say_overflow(plot_write(&report, &content, out));
    say_overflow(flame_write(&report, &content, out));
    fclose(out);
}
