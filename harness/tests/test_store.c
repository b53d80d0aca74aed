/* test_store.c - the database: a million samples, claims that outlive their process, outputs that contradict each
 * other, merging. */
#include "engine/bitnet.h"
#include "harness/compare/compare.h"
#include "harness/history/history.h"
#include "harness/store/store.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[32], path[64], other[64];
static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/bn-store-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.db", folder);
    snprintf(other, sizeof other, "%s/b.db", folder);
}
static void end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}
TestSuite(store, .init = begin, .fini = end);

static void must(enum bn_status status, const struct bn_error *err) { cr_assert_eq(status, BN_OK, "%s", err->text); }

static struct bn_store *open_store(const char *file)
{
    struct bn_store *store;
    struct bn_error err = {0};
    must(bn_store_open(&store, file, BN_STORE_WRITE, &err), &err);
    return store;
}

enum { CONFIGS = 10, MOST_POINTS = 2000 };

/* A run of CONFIGS configs, planned; its build is `commit`. shard NULL: all of its points. */
static int64_t add_part(struct bn_store *store, const char *identity, const char *commit, size_t n_points,
                        const uint32_t *shard, size_t n_shard, const char *uid)
{
    static const char *const kernels[CONFIGS] = {"k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9"};
    struct bn_store_config configs[CONFIGS];
    uint32_t order[MOST_POINTS];
    struct bn_error err = {0};
    int64_t machine, model, build, run_id;
    bool resumed;
    const struct bn_field cpu = {"cpu_model", "invented", NULL, true}, hash = {"content_hash", "h", NULL, true},
                          from = {"commit", commit, NULL, true};
    must(bn_store_fingerprint(store, "machine", "box", NULL, &cpu, 1, &machine, &err), &err);
    must(bn_store_fingerprint(store, "model", "m", NULL, &hash, 1, &model, &err), &err);
    must(bn_store_fingerprint(store, "build", commit, NULL, &from, 1, &build, &err), &err);
    for (uint32_t i = 0; i < CONFIGS; i++)
        configs[i] = (struct bn_store_config){.engine = "bitnet",
                                              .workload = "w",
                                              .kernel = kernels[i],
                                              .options = "",
                                              .model_id = model,
                                              .decode = 100,
                                              .threads = 1};
    for (uint32_t i = 0; i < n_points; i++) order[i] = i % CONFIGS;
    const struct bn_store_run run = {.identity = identity,
                                     .source = "sweep",
                                     .plan = "p",
                                     .plan_text = "",
                                     .command = "",
                                     .host = "h",
                                     .machine_id = machine,
                                     .build_id = build,
                                     .configs = configs,
                                     .n_configs = CONFIGS,
                                     .order = order,
                                     .n_points = n_points,
                                     .shard = shard,
                                     .n_shard = n_shard,
                                     .uid = uid};
    must(bn_store_run_begin(store, &run, &run_id, &resumed, &err), &err);
    return run_id;
}

static int64_t add_run(struct bn_store *store, const char *identity, const char *commit, size_t n_points)
{
    return add_part(store, identity, commit, n_points, NULL, 0, NULL);
}

static void finish_point(struct bn_store *store, int64_t point, const char *hash, const struct bn_sample *samples,
                         size_t n)
{
    struct bn_error err = {0};
    bool stored;
    const struct bn_point_result r = {
        .state = "finished", .hash = hash, .samples = samples, .n_samples = n, .seconds = 1};
    must(bn_store_point_end(store, point, &r, &stored, &err), &err);
    cr_assert(stored);
}

static int64_t claim(struct bn_store *store, int64_t run)
{
    struct bn_error err = {0};
    uint32_t ordinal;
    int64_t point;
    must(bn_store_claim(store, run, 60, &ordinal, &point, &err), &err);
    return point;
}

static int64_t number(struct bn_store *store, const char *sql)
{
    struct bn_query *q;
    struct bn_error err = {0};
    must(bn_query_open(&q, store, &err, sql, ""), &err);
    cr_assert(bn_query_next(q));
    int64_t x = bn_query_int(q, 0);
    bn_query_close(q);
    return x;
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
/* A build for debugging or with a sanitizer measures nothing. */
static bool times_count(void) { return strstr(bn_compiler(), "-O3") && !strstr(bn_compiler(), "-fsanitize"); }
/* Time of this process on a CPU: a busy machine does not fail the test. */
static double cpu_s(void) { return seconds(CLOCK_PROCESS_CPUTIME_ID); }

static void fill_run(struct bn_store *store, int64_t run, struct bn_sample *samples, size_t n)
{
    struct bn_error err = {0};
    int64_t open;
    for (int64_t point, k = 0; (point = claim(store, run)); k++) {
        for (size_t i = 0; i < n; i++)
            samples[i] = (struct bn_sample){"decode", (int64_t)i / 100, (int64_t)i % 100,
                                            50000 + (int64_t)((i * 7919 + (size_t)k * 104729) % 1000), 1};
        finish_point(store, point, "same", samples, n);
    }
    must(bn_store_run_end(store, run, &open, &err), &err);
}

Test(store, a_million_samples)
{
    enum { RUNS = 5, POINTS = 200, SAMPLES = 1000 };
    static struct bn_sample samples[SAMPLES];
    struct bn_store *store = open_store(path);
    int64_t runs[RUNS];
    for (int i = 0; i < RUNS; i++) {
        char name[32];
        snprintf(name, sizeof name, "run %d", i);
        runs[i] = add_run(store, name, i + 1 < RUNS ? "base" : "head", POINTS);
    }
    double start = cpu_s(), wall = seconds(CLOCK_MONOTONIC);
    for (int i = 0; i < RUNS; i++) fill_run(store, runs[i], samples, SAMPLES);
    double rate = RUNS * POINTS * SAMPLES / (cpu_s() - start),
           wall_rate = RUNS * POINTS * SAMPLES / (seconds(CLOCK_MONOTONIC) - wall);
    cr_expect(rate >= 100000 || !times_count(), "%.0f samples/s", rate);
    cr_assert_eq(number(store, "SELECT count(*) FROM v_samples"), 1000000);

    struct bn_error err = {0};
    struct bn_history history;
    const struct bn_history_query query = {.since = "", .engine = "bitnet", .least = 0.01};
    start = cpu_s();
    must(bn_history_read(&history, store, &query, &err), &err);
    double history_s = cpu_s() - start;
    cr_expect_eq(history.n_tracks, CONFIGS);
    cr_expect_eq(history.tracks[0].n_runs, RUNS);
    cr_expect(history_s < 2 || !times_count(), "history took %.2f s", history_s);

    struct bn_comparison c = {0};
    start = cpu_s();
    must(bn_compare_read(&c.base, store, runs[0], &err), &err);
    must(bn_compare_read(&c.head, store, runs[RUNS - 1], &err), &err);
    must(bn_compare_runs(&c, false, &err), &err);
    must(bn_compare_read_noise(&c, store, &err), &err);
    bn_compare_judge(&c, 0.01);
    double compare_s = cpu_s() - start;
    cr_expect_eq(c.n_lines, CONFIGS);
    for (size_t i = 0; i < c.n_lines; i++) cr_expect_eq(c.lines[i].verdict, BN_COMPARE_SAME);
    cr_expect(compare_s < 2 || !times_count(), "compare took %.2f s", compare_s);
    start = cpu_s();
    cr_expect_eq(number(store, "SELECT count(*) FROM v_results WHERE run_id = 3 AND n = 20000 AND median_ns BETWEEN "
                               "50490 AND 50510 AND p99_ns > p90_ns"),
                 CONFIGS);
    double results_s = cpu_s() - start;
    fprintf(stderr,
            "a million samples: insert %.0f samples/s (%.0f by the clock on the wall), history %.2f s, compare %.2f s, "
            "results of a run %.2f s of CPU\n",
            rate, wall_rate, history_s, compare_s, results_s);
    bn_history_release(&history);
    bn_comparison_release(&c);
    bn_store_close(store);
}

/* As SQLite does for a CHECK with IN and more than two values: it costs as much as the insertion. */
Test(store, no_row_makes_a_table_of_its_own)
{
    static const char *const inserts[] = {
        "EXPLAIN INSERT INTO sample (point_id, phase, rep, idx, ns, n_tokens) VALUES (?, ?, ?, ?, ?, ?)",
        "EXPLAIN INSERT OR REPLACE INTO counter (point_id, phase, op, thread, name, source, value, reason, scaled, "
        "n_tokens) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    struct bn_store *store = open_store(path);
    struct bn_error err = {0};
    for (int i = 0; i < 2; i++) {
        struct bn_query *q;
        int n = 0;
        must(bn_query_open(&q, store, &err, inserts[i], ""), &err);
        for (; bn_query_next(q); n++) cr_expect_str_neq(bn_query_text(q, 1), "OpenEphemeral", "%s", inserts[i]);
        cr_expect_gt(n, 10);
        must(bn_query_end(q, BN_OK, &err), &err);
    }
    bn_store_close(store);
}

Test(store, a_claim_ends_with_its_process_and_never_twice)
{
    struct bn_store *store = open_store(path);
    int64_t run = add_run(store, "r", "c", 3), theirs;
    pid_t child = fork();
    if (child == 0) {
        struct bn_store *mine = open_store(path);
        _exit(claim(mine, run) ? 0 : 1); /* dies with the claim */
    }
    int state;
    cr_assert_eq(waitpid(child, &state, 0), child);
    cr_assert_eq(state, 0);
    theirs = number(store, "SELECT point_id FROM v_points WHERE state = 'claimed'");
    cr_expect_eq(claim(store, run), theirs, "the dead process's point is planned again, in its place");
    int64_t second = claim(store, run), third = claim(store, run);
    cr_expect(second && third && second != third && second != theirs);
    cr_expect_eq(claim(store, run), 0, "what lives holds its claims");
    struct bn_error err = {0};
    must(bn_store_unclaim(store, second, &err), &err);
    cr_expect_eq(claim(store, run), second);
    bn_store_close(store);
}

Test(store, a_result_without_the_claim_is_not_stored)
{
    struct bn_store *store = open_store(path);
    struct bn_error err = {0};
    const struct bn_sample sample = {"decode", 0, 0, 1000, 1};
    const struct bn_point_result r = {.state = "finished", .samples = &sample, .n_samples = 1};
    bool stored = true;
    int64_t point = claim(store, add_run(store, "r", "c", 1));
    must(bn_store_unclaim(store, point, &err), &err);
    must(bn_store_point_end(store, point, &r, &stored, &err), &err);
    cr_expect(!stored);
    cr_expect_eq(number(store, "SELECT count(*) FROM v_samples"), 0);
    bn_store_close(store);
}

Test(store, another_hash_of_the_same_work_is_a_failure)
{
    struct bn_store *store = open_store(path);
    int64_t run = add_run(store, "r", "c", CONFIGS);
    finish_point(store, claim(store, run), "aaaa", NULL, 0);
    finish_point(store, claim(store, run), "aaaa", NULL, 0);
    finish_point(store, claim(store, run), "bbbb", NULL, 0);
    cr_expect_eq(number(store, "SELECT count(*) FROM v_points WHERE state = 'finished'"), 2);
    cr_expect_eq(number(store, "SELECT count(*) FROM v_failures WHERE reason LIKE 'The output hash bbbb is not aaaa, "
                               "which k_ x1 computed%'"),
                 1);
    int64_t elsewhere = add_run(store, "another", "c2", CONFIGS);
    finish_point(store, claim(store, elsewhere), "bbbb", NULL, 0);
    cr_expect_eq(number(store, "SELECT count(*) FROM v_points WHERE state = 'finished'"), 3,
                 "another run is another matter");
    bn_store_close(store);
}

Test(store, merging_takes_what_is_further_along_and_nothing_twice)
{
    struct bn_sample sample = {"decode", 0, 0, 1000, 1};
    struct bn_error err = {0};
    int64_t runs, points;
    char command[256];
    struct bn_store *a = open_store(path);
    int64_t run = add_run(a, "r", "c", 4);
    finish_point(a, claim(a, run), "x", &sample, 1);
    bn_store_close(a);
    snprintf(command, sizeof command, "cp %s %s", path, other); /* the same run goes on in two places */
    cr_assert_eq(system(command), 0);
    struct bn_store *b = open_store(other);
    sample.ns = 2000;
    finish_point(b, claim(b, run), "x", &sample, 1);
    finish_point(b, claim(b, run), "x", &sample, 1);
    bn_store_close(b);
    a = open_store(path);
    int64_t mine = claim(a, run); /* the second point, which is done there */
    must(bn_store_merge(a, other, &runs, &points, &err), &err);
    cr_expect_eq(runs, 0);
    cr_expect_eq(points, 2);
    cr_expect_eq(number(a, "SELECT count(*) FROM v_points WHERE state = 'finished'"), 3);
    cr_expect_eq(number(a, "SELECT sum(ns) FROM v_samples"), 5000);
    bool stored = true;
    const struct bn_point_result late = {.state = "finished", .samples = &sample, .n_samples = 1};
    must(bn_store_point_end(a, mine, &late, &stored, &err), &err);
    cr_expect(!stored, "its result came by the merge");
    must(bn_store_merge(a, other, &runs, &points, &err), &err);
    cr_expect_eq(runs + points, 0);
    must(bn_store_merge(a, path, &runs, &points, &err), &err); /* itself */
    cr_expect_eq(runs + points, 0);
    cr_expect(bn_store_intact(a, &err), "%s", err.text);
    cr_expect_neq(bn_store_merge(a, "/nonexistent/x.db", &runs, &points, &err), BN_OK);
    cr_expect_not_null(strstr(err.text, "/nonexistent/x.db"));
    bn_store_close(a);
}

/* Measures all that is planned, and ends the run. */
static void measure_all(struct bn_store *store, int64_t run)
{
    const struct bn_sample sample = {"decode", 0, 0, 1000, 1};
    struct bn_error err = {0};
    int64_t open;
    for (int64_t point; (point = claim(store, run));) finish_point(store, point, "x", &sample, 1);
    must(bn_store_run_end(store, run, &open, &err), &err);
    cr_assert_eq(open, 0);
}

/* Of a shard that was started again on another machine, the run that finished counts. */
Test(store, shards_with_one_uid_are_one_run)
{
    static const uint32_t first[] = {0, 3}, second[] = {1, 2, 4};
    const struct bn_sample sample = {"decode", 0, 0, 1000, 1};
    struct bn_error err = {0};
    int64_t runs, points;
    struct bn_store *a = open_store(path);
    measure_all(a, add_part(a, "plan shard=1/2", "c", 5, first, 2, "u"));
    cr_expect_eq(number(a, "SELECT sum(ordinal) FROM v_points"), 3);
    struct bn_store *b = open_store(other);
    int64_t lost = add_part(b, "plan elsewhere shard=2/2", "c", 5, second, 3, "lost");
    finish_point(b, claim(b, lost), "x", &sample, 1);
    measure_all(b, add_part(b, "plan shard=2/2", "c", 5, second, 3, "u"));
    cr_expect_eq(add_part(b, "plan shard=2/2", "c", 5, second, 3, "u"), 2, "a finished shard is not added again");
    bn_store_close(b);
    for (int again = 0; again < 2; again++) {
        must(bn_store_merge_run(a, other, "u", &runs, &points, &err), &err);
        cr_expect_eq(runs, 0, "its run is here already");
        cr_expect_eq(points, again ? 0 : 3);
        cr_expect_eq(number(a, "SELECT count(*) FROM v_runs WHERE uid = 'u' AND finished_at IS NOT NULL"), 1);
        cr_expect_eq(number(a, "SELECT count(*) FROM v_runs"), 1, "what was lost stays where it is");
        cr_expect_eq(number(a, "SELECT count(*) FROM v_points WHERE state = 'finished'"), 5);
        cr_expect_eq(number(a, "SELECT count(DISTINCT ordinal) FROM v_points"), 5);
        cr_expect(bn_store_intact(a, &err), "%s", err.text);
    }
    bn_store_close(a);
}

static enum bn_status count_row(void *n, int columns, const struct bn_foreign_cell *cells, struct bn_error *err)
{
    (void)err;
    cr_expect_eq(columns, 2);
    cr_expect_eq(cells[0].type, BN_FOREIGN_INTEGER, "the column says INTEGER");
    cr_expect_str_eq(cells[1].name, "b");
    cr_expect_eq(cells[1].type, BN_FOREIGN_NULL);
    ++*(int *)n;
    return BN_OK;
}

Test(store, foreign_sql_can_do_nothing_but_make_rows)
{
    struct bn_error err = {0};
    int n = 0;
    must(bn_store_foreign_rows("CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES ('1', NULL), ('2', NULL);",
                               count_row, &n, &err),
         &err);
    cr_expect_eq(n, 2);
    static const char *const bad[] = {
        "ATTACH 'x.db' AS y",
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE t (a); DROP TABLE t",
        "DETACH main",
        "SELECT load_extension('x')",
        "CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(1000000000))",
        "CREATE TABLE t (a); INSERT INTO t VALUES (1); INSERT INTO t SELECT 1 FROM t, t u, t v",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT max(i) FROM n",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE t (a); DELETE FROM t"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_eq(bn_store_foreign_rows(bad[i], count_row, &n, &err), BN_ERR_FORMAT, "%s", bad[i]);
}

Test(store, an_error_is_not_the_end_of_the_rows)
{
    struct bn_sample samples[1000];
    struct bn_error err = {0};
    struct bn_query *q;
    char page[4096];
    struct bn_store *store = open_store(path);
    int64_t run = add_run(store, "r", "c", 10);
    fill_run(store, run, samples, 1000);
    bn_store_close(store);
    int file = open(path, O_RDWR), n = 0;
    off_t size = lseek(file, 0, SEEK_END);
    memset(page, 0xff, sizeof page);
    cr_assert_eq(pwrite(file, page, sizeof page, size - 2 * 4096), 4096); /* a page of samples */
    close(file);
    cr_assert_eq(bn_store_open(&store, path, BN_STORE_READ, &err), BN_ERR_FORMAT);
    cr_expect_not_null(strstr(err.text, "is damaged"), "%s", err.text);
    store = open_store(path); /* a writer reads what it needs alone */
    must(bn_query_open(&q, store, &err, "SELECT ns FROM v_samples", ""), &err);
    while (bn_query_next(q)) n++;
    cr_expect(n > 0 && n < 10000);
    cr_expect_eq(bn_query_end(q, BN_OK, &err), BN_ERR_FORMAT);
    cr_expect_not_null(strstr(err.text, "is damaged"), "%s", err.text);
    memset(&err, 0, sizeof err);
    cr_expect_eq(bn_store_unread(store, &err), BN_ERR_FORMAT, "the store remembers it");
    bn_store_close(store);
}

Test(store, a_copy_of_the_file_alone_has_every_point_that_finished)
{
    char command[256];
    struct bn_sample sample = {"decode", 0, 0, 1000, 1};
    struct bn_store *store = open_store(path);
    int64_t run = add_run(store, "r", "c", 4);
    for (int i = 0; i < 3; i++) finish_point(store, claim(store, run), "x", &sample, 1);
    snprintf(command, sizeof command, "cp %s %s", path, other); /* without its log */
    cr_assert_eq(system(command), 0);
    struct bn_store *copy = open_store(other);
    cr_expect_eq(number(copy, "SELECT count(*) FROM v_samples"), 3);
    bn_store_close(copy);
    bn_store_close(store);
    snprintf(command, sizeof command, "%s-wal", path);
    cr_expect(access(command, F_OK), "at rest there is no log");
}
