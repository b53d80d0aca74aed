/* test_compare_runs.c - two runs of different times on a machine that differs from run to run: what stands out from
 * that, and what does not. */
#include "harness/compare/compare.h"
#include "harness/stats/random.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

enum { CONFIGS = 3, ROUNDS = 5 };
static const double run_sd = 0.02, process_sd = 0.005; /* in log time */

static char path[64];
static struct bn_store *store;
static struct bn_error err;
static struct bn_random noise;
static int64_t machine, n_runs;

static void must(enum bn_status status) { cr_assert_eq(status, BN_OK, "%s", err.text); }

/* A run of `commit`, whose code takes `ratio` times as long, on a machine that takes exp(run_sd z) times as long. */
static int64_t add_run(const char *commit, double ratio)
{
    struct bn_field field = {"commit", commit, NULL, true};
    struct bn_store_config configs[CONFIGS] = {0};
    uint32_t order[CONFIGS * ROUNDS], ordinal;
    char identity[32], workload[CONFIGS][8], when[40];
    int64_t build, id, point, open;
    bool resumed, stored;
    double moment = exp(run_sd * bn_random_normal(&noise));
    must(bn_store_fingerprint(store, "build", commit, NULL, &field, 1, &build, &err));
    for (int c = 0; c < CONFIGS; c++) {
        snprintf(workload[c], sizeof workload[c], "w%d", c);
        configs[c] = (struct bn_store_config){
            .engine = "bitnet", .workload = workload[c], .kernel = "avx2", .options = "", .decode = 4, .threads = 1};
    }
    for (uint32_t i = 0; i < CONFIGS * ROUNDS; i++) order[i] = i % CONFIGS;
    snprintf(identity, sizeof identity, "run %d", (int)n_runs);
    snprintf(when, sizeof when, "2026-11-%02dT%02d:00:00.000Z", 1 + (int)n_runs / 24, (int)n_runs % 24);
    n_runs++;
    struct bn_store_run run = {.identity = identity,
                               .source = "sweep",
                               .plan = "p",
                               .plan_text = "",
                               .command = "",
                               .host = "h",
                               .machine_id = machine,
                               .build_id = build,
                               .started_at = when,
                               .configs = configs,
                               .n_configs = CONFIGS,
                               .order = order,
                               .n_points = CONFIGS * ROUNDS};
    must(bn_store_run_begin(store, &run, &id, &resumed, &err));
    while (bn_store_claim(store, id, 60, &ordinal, &point, &err) == BN_OK && point) {
        double ns = 50000 * (1 + ordinal % CONFIGS) * ratio * moment * exp(process_sd * bn_random_normal(&noise));
        struct bn_sample samples[2] = {{"decode", 0, 0, (int64_t)ns, 1}, {"decode", 0, 1, (int64_t)ns, 1}};
        struct bn_point_result result = {.state = "finished", .hash = "0", .samples = samples, .n_samples = 2};
        must(bn_store_point_end(store, point, &result, &stored, &err));
    }
    must(bn_store_run_end(store, id, &open, &err));
    return id;
}

static void begin(void)
{
    struct bn_field field = {"cpu", "simulated", NULL, true};
    bn_random_init(&noise, 20261129);
    n_runs = 0;
    snprintf(path, sizeof path, "/tmp/bitnet-compare-%d.db", (int)getpid());
    unlink(path);
    must(bn_store_open(&store, path, BN_STORE_WRITE, &err));
    must(bn_store_fingerprint(store, "machine", "box", NULL, &field, 1, &machine, &err));
}

static void end(void)
{
    bn_store_close(store);
    unlink(path);
}

struct result {
    int verdicts[4], freedom;
    double noise;
};

static struct result compare(int64_t base, int64_t head)
{
    struct bn_comparison c = {0};
    struct result r = {{0}};
    must(bn_compare_read(&c.base, store, base, &err));
    must(bn_compare_read(&c.head, store, head, &err));
    must(bn_compare_runs(&c, false, &err));
    must(bn_compare_read_noise(&c, store, &err));
    cr_assert_eq(c.n_lines, CONFIGS);
    bn_compare_judge(&c, 0.01);
    for (size_t i = 0; i < c.n_lines; i++) r.verdicts[c.lines[i].verdict]++;
    r.freedom = c.noise.freedom, r.noise = c.lines[0].noise;
    bn_comparison_release(&c);
    return r;
}

Test(compare_runs, identical_sweeps_are_not_slower, .init = begin, .fini = end)
{
    enum { SWEEPS = 30 };
    int64_t ids[SWEEPS];
    int slower = 0, faster = 0, same = 0;
    for (int i = 0; i < SWEEPS; i++) ids[i] = add_run("one build", 1);
    for (int i = 0; i + 1 < SWEEPS; i++) {
        struct result r = compare(ids[i], ids[i + 1]);
        slower += r.verdicts[BN_COMPARE_SLOWER] > 0, faster += r.verdicts[BN_COMPARE_FASTER] > 0;
        same += r.verdicts[BN_COMPARE_SAME] > 0;
        cr_expect_eq(r.freedom, 19, "the newest twenty others");
        cr_expect_float_eq(r.noise, run_sd * sqrt(2), 0.012, "%.4f", r.noise);
    }
    cr_log_info("identical sweeps, runs differ by 2 %%: slower in %d, faster in %d, same in %d of %d pairs", slower,
                faster, same, SWEEPS - 1);
    cr_expect_leq(slower, 1);
    cr_expect_leq(faster, 1);
    cr_expect_eq(same, 0, "nothing within 1 %% can be sure where runs differ by 2 %%");
}

Test(compare_runs, a_large_change_stands_out, .init = begin, .fini = end)
{
    int64_t last = 0;
    for (int i = 0; i < 10; i++) last = add_run("base", 1);
    struct result r = compare(last, add_run("head", 1.2));
    cr_expect_eq(r.verdicts[BN_COMPARE_SLOWER], CONFIGS);
    cr_expect_eq(r.freedom, 8, "nine other runs of base");
    r = compare(last, add_run("another", 0.8));
    cr_expect_eq(r.verdicts[BN_COMPARE_FASTER], CONFIGS);
}

Test(compare_runs, without_a_second_run_of_a_build_nothing_is_clear, .init = begin, .fini = end)
{
    int64_t base = add_run("base", 1);
    add_run("another", 1);
    struct result r = compare(base, add_run("head", 1.2));
    cr_expect_eq(r.freedom, 0);
    cr_expect_eq(r.verdicts[BN_COMPARE_UNCLEAR], CONFIGS, "20 %% slower, by the code or the machine");
}
