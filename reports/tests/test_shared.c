/* test_shared.c - what the report counts once for all its queries (plots/shared.sql) is what the views of the database
 * say. */
#include "reports/page/database.h"
#include "harness/store/functions.h"
#include <criterion/criterion.h>
#include <stdlib.h>

static struct report report;

static void run_sql(const char *sql)
{
    char *why = NULL;
    cr_assert_eq(sqlite3_exec(report.db, sql, NULL, NULL, &why), SQLITE_OK, "%s: %s", why, sql);
}

static void run_file(const char *path)
{
    static char text[1 << 17];
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    size_t n = fread(text, 1, sizeof text - 1, file);
    cr_assert_lt(n, sizeof text - 1);
    text[n] = 0;
    fclose(file);
    run_sql(text);
}

static long long number(const char *sql)
{
    sqlite3_stmt *query;
    cr_assert_eq(sqlite3_prepare_v2(report.db, sql, -1, &query, NULL), SQLITE_OK, "%s", sqlite3_errmsg(report.db));
    cr_assert_eq(sqlite3_step(query), SQLITE_ROW);
    long long value = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    return value;
}

/* Configurations of 1, 2, 3, ... samples, two processes each, in two runs. */
static const char fill[] =
    "INSERT INTO run SELECT value, 'u' || value, 'i', 'sweep', 'p', '', 1, 'c', 'h', NULL, NULL, '2026-01-01', 't', "
    "NULL FROM json_each('[1, 2]');"
    "INSERT INTO config SELECT value, 'k' || value, 'bitnet', NULL, 'w', 0, 0, 1, 'k', 1, '', NULL FROM json_each('[1, "
    "2, 3, 4, 5, 63, 64, 65, 661, 662, 663]');"
    "INSERT INTO point (run_id, ordinal, round, config_id, state) SELECT r.run_id, 2 * c.config_id + b.value, b.value, "
    "c.config_id, 'finished' FROM run r, config c, json_each('[0, 1]') b;"
    "INSERT INTO sample WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 662) "
    "SELECT point_id, CASE i % 2 WHEN 0 THEN 'decode' ELSE 'prefill' END, 0, i, abs(random() % 100000) + 1, 1 + i % 3 "
    "FROM point JOIN n ON i < config_id AND (i + round) % 3 > 0;"
    "CREATE TEMP VIEW v_latency AS SELECT * FROM main.v_latency";

Test(shared, distributions_are_those_of_the_view)
{
    report = (struct report){.run = 1};
    cr_assert_eq(sqlite3_open(":memory:", &report.db), SQLITE_OK);
    cr_assert_eq(bn_functions_define(report.db), SQLITE_OK);
    run_file("harness/store/schema.sql");
    run_file("harness/store/views.sql");
    run_sql(fill);
    long long groups = number("SELECT count(*) FROM main.v_latency");
    cr_assert_geq(groups, 40);
    cr_assert(database_share(&report), "%s", report.error);
    cr_expect_eq(number("SELECT count(*) FROM temp.v_latency"), groups);
    cr_expect_gt(number("SELECT sum(p90_ns IS NOT NULL) FROM temp.v_latency"), 0);
    cr_expect_eq(
        number(
            "SELECT count(*) FROM main.v_latency a JOIN temp.v_latency b USING (run_id, config_id, phase) WHERE a.n = "
            "b.n AND a.min_ns = b.min_ns AND abs(a.mean_ns - b.mean_ns) < 1e-9 * a.mean_ns AND a.max_ns = b.max_ns "
            "AND a.median_ns = b.median_ns AND a.p25_ns = b.p25_ns AND a.p75_ns = b.p75_ns AND a.p90_ns IS b.p90_ns "
            "AND a.p99_ns IS b.p99_ns AND abs(a.tokens_per_s - b.tokens_per_s) < 1e-9 * a.tokens_per_s AND "
            "a.median_low_ns = b.median_low_ns AND a.median_high_ns = b.median_high_ns"),
        groups);
    cr_expect_eq(number("SELECT count(*) FROM pragma_table_info('v_latency', 'main') a LEFT JOIN pragma_table_info("
                        "'v_latency', 'temp') b USING (cid, name) WHERE b.name IS NULL"),
                 0);
    sqlite3_close(report.db);
}

Test(shared, functions_of_numbers)
{
    report = (struct report){.run = 1};
    cr_assert_eq(sqlite3_open(":memory:", &report.db), SQLITE_OK);
    cr_assert_eq(bn_functions_define(report.db), SQLITE_OK);
    cr_expect_eq(number("SELECT bn_median(value) = 2.5 FROM json_each('[4, null, 1, 3, 2]')"), 1);
    cr_expect_eq(number("SELECT bn_median(value) IS NULL FROM json_each('[null]')"), 1);
    cr_expect_eq(number("SELECT bn_at(bn_sorted(value), 2) = 1.5 FROM json_each('[7, 1.5, -3]')"), 1);
    cr_expect_eq(
        number("SELECT bn_at(bn_sorted(value), 0) IS NULL AND bn_at(bn_sorted(value), 4) IS NULL AND bn_at('x', "
               "1) IS NULL FROM json_each('[7, 1.5, -3]')"),
        1);
    cr_expect_eq(
        number("SELECT bn_at(bn_sorted(x), 4) = 6 FROM (SELECT bn_sorted(value) AS x FROM json_each('[7, 5, 6, "
               "1, 2]') GROUP BY value > 3)"),
        1);
    cr_expect_eq(number("SELECT bn_changes(value, 0.0, 0) = '[]' FROM json_each('[3, 1, 2]')"), 1);
    sqlite3_close(report.db);
}

/* Twelve values of a level, then twelve a tenth higher, given in another order. */
Test(shared, changes_are_found_in_any_order)
{
    static const char series[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 24), "
                                 "x AS (SELECT 10 * i AS place, 0.001 * (i * 7 % 5) + CASE WHEN i > 12 THEN ln(1.1) "
                                 "ELSE 0 END AS x FROM n ORDER "
                                 "BY i * 11 % 24) SELECT ";
    char sql[1000];
    report = (struct report){.run = 1};
    cr_assert_eq(sqlite3_open(":memory:", &report.db), SQLITE_OK);
    cr_assert_eq(bn_functions_define(report.db), SQLITE_OK);
    static const char *const answers[] = {"json_array_length(bn_changes(place, x, 1)) = 1",
                                          "json_extract(bn_changes(place, x, 1), '$[0].from') = 130",
                                          "json_extract(bn_changes(place, x, 1), '$[0].drifts') = 0",
                                          "abs(json_extract(bn_changes(place, x, 1), '$[0].ratio') - 1.1) < 0.003"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(sql, sizeof sql, "%s%s FROM x", series, answers[i]);
        cr_expect_eq(number(sql), 1, "%s", answers[i]);
    }
    sqlite3_close(report.db);
}
