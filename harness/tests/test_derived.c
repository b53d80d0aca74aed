/* test_derived.c - v_derived: rates and shares from counters whose values are invented, and the reason where one is
 * missing. */
#include "harness/store/store.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char path[64];
static struct bn_store *store;
static struct bn_error err;

/* One finished decode point of 10 tokens, 1000 ns each. */
static void fill(const struct bn_counter *counters, size_t n)
{
    struct bn_store_config config = {
        .engine = "bitnet", .workload = "w", .kernel = "avx2", .options = "", .decode = 10, .threads = 1};
    uint32_t order = 0, ordinal;
    struct bn_store_run run = {.identity = "i",
                               .source = "sweep",
                               .plan = "p",
                               .plan_text = "",
                               .command = "",
                               .host = "h",
                               .configs = &config,
                               .n_configs = 1,
                               .order = &order,
                               .n_points = 1};
    struct bn_sample sample = {"decode", 0, 0, 10000, 10};
    struct bn_point_result result = {
        .state = "finished", .hash = "0", .samples = &sample, .n_samples = 1, .counters = counters, .n_counters = n};
    int64_t run_id, point;
    bool resumed, stored;
    snprintf(path, sizeof path, "/tmp/bitnet-derived-%d.db", (int)getpid());
    unlink(path);
    cr_assert_eq(bn_store_open(&store, path, BN_STORE_WRITE, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_store_run_begin(store, &run, &run_id, &resumed, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_store_claim(store, run_id, 60, &ordinal, &point, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_store_point_end(store, point, &result, &stored, &err), BN_OK, "%s", err.text);
}

static void done(void)
{
    bn_store_close(store);
    unlink(path);
}

/* NAN: no such row, or no value (then *reason is filled). */
static double metric(const char *name, const char *op, char reason[200])
{
    struct bn_query *q;
    double value = NAN;
    reason[0] = 0;
    cr_assert_eq(bn_query_open(&q, store, &err, "SELECT value, reason FROM v_derived WHERE metric = ? AND op = ?", "ss",
                               name, op),
                 BN_OK, "%s", err.text);
    if (bn_query_next(q)) {
        if (!bn_query_null(q, 0)) value = bn_query_double(q, 0);
        snprintf(reason, 200, "%s", bn_query_text(q, 1));
        cr_expect_not(bn_query_next(q), "%s has two rows", name);
    }
    bn_query_close(q);
    return value;
}

static struct bn_counter counter(const char *name, double value, int64_t tokens)
{
    return (struct bn_counter){
        .phase = "decode", .op = "", .name = name, .source = "fake", .thread = -1, .value = value, .n_tokens = tokens};
}

Test(derived, rates_are_of_tokens_when_the_passes_differ)
{
    char reason[200];
    struct bn_counter qkv = counter("cycles", 50, 10), qkv_too = counter("instructions", 125, 10);
    qkv.op = qkv_too.op = "qkv";
    const struct bn_counter all[] = {counter("cycles", 1000, 10),
                                     counter("instructions", 2500, 10),
                                     counter("branches", 100, 10),
                                     counter("branch_misses", 5, 10),
                                     counter("l1d_reads", 400, 20),
                                     counter("l1d_read_misses", 40, 20),
                                     counter("ll_reads", 40, 20),
                                     counter("ll_read_misses", 10, 20),
                                     counter("memory_lines", 8, 4),
                                     counter("topdown_cycles", 100, 10),
                                     counter("topdown_retiring_slots", 300, 10),
                                     counter("topdown_backend_slots", 240, 10),
                                     qkv,
                                     qkv_too};
    fill(all, sizeof all / sizeof *all);
    cr_expect_float_eq(metric("instructions_per_cycle", "", reason), 2.5, 1e-12);
    cr_expect_float_eq(metric("instructions_per_cycle", "qkv", reason), 2.5, 1e-12);
    cr_expect_float_eq(metric("branch_miss_rate", "", reason), 0.05, 1e-12);
    cr_expect_float_eq(metric("l1d_hit_rate", "", reason), 0.9, 1e-12);
    cr_expect_float_eq(metric("ll_hit_rate", "", reason), 0.75, 1e-12);
    cr_expect_float_eq(metric("cache_misses_per_cycle", "", reason), 0.5 / 100, 1e-12,
                       "10 misses of 20 tokens, 1000 cycles of 10");
    cr_expect_float_eq(metric("memory_bytes_per_s", "", reason), 2 * 64 * 1e9 / 1000, 1,
                       "2 lines a token, 1000 ns a token");
    cr_expect_float_eq(metric("topdown_retiring", "", reason), 0.5, 1e-12, "300 of 6 x 100 slots");
    cr_expect_float_eq(metric("topdown_backend_bound", "", reason), 0.4, 1e-12);
    cr_expect(isnan(metric("l2_hit_rate", "", reason)) && !reason[0], "no L2 counter was asked for: no row");
    done();
}

Test(derived, a_missing_counter_leaves_no_number)
{
    char reason[200];
    struct bn_counter missing = counter("cycles", 0, 10), zero = counter("branches", 0, 10);
    missing.reason = "ENOENT: no such event";
    const struct bn_counter all[] = {missing, counter("instructions", 2500, 10), zero, counter("branch_misses", 0, 10)};
    fill(all, sizeof all / sizeof *all);
    cr_expect(isnan(metric("instructions_per_cycle", "", reason)));
    cr_expect(strstr(reason, "ENOENT"), "%s", reason);
    cr_expect(isnan(metric("branch_miss_rate", "", reason)));
    cr_expect(strstr(reason, "zero"), "%s", reason);
    done();
}

/* One decode point of `bytes` read a token on a machine with an L3 of 4 MiB that reads 10 GB/s. */
static void fill_with_work(int64_t bytes)
{
    struct bn_field fields[] = {{"l2_bytes", "1048576", NULL, true}, {"l3_bytes", "4194304", NULL, true}};
    struct bn_store_config config = {
        .engine = "bitnet", .workload = "w", .kernel = "avx2", .options = "", .decode = 10, .threads = 1};
    uint32_t order = 0, ordinal;
    struct bn_store_run run = {.identity = "i",
                               .source = "sweep",
                               .plan = "p",
                               .plan_text = "",
                               .command = "",
                               .host = "h",
                               .configs = &config,
                               .n_configs = 1,
                               .order = &order,
                               .n_points = 1};
    struct bn_sample sample = {"decode", 0, 0, 10000000, 10};
    struct bn_op_time op = {"decode", "head", -1, 0, 10, 10000000, 10 * bytes, 0, 1, 10};
    struct bn_point_result result = {.state = "finished", .samples = &sample, .n_samples = 1, .ops = &op, .n_ops = 1};
    int64_t run_id, point;
    bool resumed, stored;
    snprintf(path, sizeof path, "/tmp/bitnet-derived-%d.db", (int)getpid());
    unlink(path);
    cr_assert_eq(bn_store_open(&store, path, BN_STORE_WRITE, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_store_fingerprint(store, "machine", "box", NULL, fields, 2, &run.machine_id, &err), BN_OK);
    cr_assert_eq(bn_store_run_begin(store, &run, &run_id, &resumed, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_store_roofline(store, run_id, 1, "read_bytes_per_s", 1e10, "sum", NULL, &err), BN_OK);
    cr_assert_eq(bn_store_claim(store, run_id, 60, &ordinal, &point, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_store_point_end(store, point, &result, &stored, &err), BN_OK, "%s", err.text);
}

/* The share of bandwidth in a view, NAN where there is none; *reason says why. */
static double bandwidth(const char *view, char reason[200])
{
    struct bn_query *q;
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT bandwidth_share, bandwidth_reason FROM %s", view);
    cr_assert_eq(bn_query_open(&q, store, &err, sql, ""), BN_OK, "%s", err.text);
    cr_assert(bn_query_next(q));
    double share = bn_query_double(q, 0);
    snprintf(reason, 200, "%s", bn_query_text(q, 1));
    bn_query_close(q);
    return share;
}

Test(derived, bandwidth_is_told_only_where_memory_is_read)
{
    static const char *const views[] = {"v_efficiency", "v_ops"};
    char reason[200];
    for (int i = 0; i < 2; i++) {
        fill_with_work(5000000); /* a token a millisecond: 5 GB/s of 10 */
        cr_expect_float_eq(bandwidth(views[i], reason), 0.5, 1e-12, "%s", views[i]);
        cr_expect(!reason[0], "%s", reason);
        done();
        fill_with_work(4000000); /* 3.8 MiB */
        cr_expect(isnan(bandwidth(views[i], reason)), "%s: the cache holds it", views[i]);
        cr_expect(strstr(reason, "3.8 MiB") && strstr(reason, "4.0 MiB"), "%s", reason);
        done();
    }
}
