/* test_gate_judge.c - the paired tier on simulated machines with a fake clock: how often it cries wolf, how
 * often it sleeps. */
#include "harness/gate/detectable.h"
#include "harness/stats/random.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

struct machine { /* a model of noise */
    struct bn_random random;
    double clock_s, slow_down; /* log ratio injected into head */
    bool alone;                /* into the first workload only */
    double spread;             /* of a pair's log ratio */
    double tail;               /* chance that a pair is hit by a disturbance of up to 30 % on either side */
    double drift;              /* the machine's speed walks inside a pair; which side is hit is the coin of the order */
    int fail_at, n_pairs;
};

static enum bn_status measure(void *self, double *d, struct bn_error *err)
{
    struct machine *m = self;
    if (++m->n_pairs == m->fail_at) {
        err->status = BN_ERR_IO;
        return BN_ERR_IO;
    }
    m->clock_s += 1;
    double walk = m->drift * (bn_random_below(&m->random, 2) ? 1 : -1) * fabs(bn_random_normal(&m->random));
    double shared =
        m->spread * 0.7 * bn_random_normal(&m->random); /* what the two workloads of a pair have in common */
    for (int i = 0; i < 2; i++) {
        d[i] = (i && m->alone ? 0 : m->slow_down) + shared + m->spread * 0.7 * bn_random_normal(&m->random) + walk;
        if (bn_random_uniform(&m->random) < m->tail) d[i] += 0.3 * (2 * bn_random_uniform(&m->random) - 1);
    }
    return BN_OK;
}
static double now(void *self) { return ((struct machine *)self)->clock_s; }

static struct bn_paired_result *run_once(struct machine *m, double tolerance_percent, double budget_s)
{
    static struct bn_paired_result result;
    struct bn_gate_rule rule;
    struct bn_error err;
    bn_gate_rule_init(&rule, tolerance_percent);
    bn_paired_run(&rule, &(struct bn_pair_source){m, measure, now, NULL}, 2, budget_s, &result, &err);
    return &result;
}

/* Counts verdicts of 1000 runs. */
static void tally(struct machine machine, double tolerance_percent, int counts[4])
{
    for (int i = 0; i < 4; i++) counts[i] = 0;
    bn_random_init(&machine.random, 17);
    for (int i = 0; i < 1000; i++) counts[run_once(&machine, tolerance_percent, 1000)->verdict]++;
}

Test(gate_judge, no_difference_is_no_regression)
{
    static const struct machine machines[] = {{.spread = 0.005},
                                              {.spread = 0.02},
                                              {.spread = 0.02, .tail = 0.3},
                                              {.spread = 0.05},
                                              {.spread = 0.01, .drift = 0.1}};
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        int counts[4];
        tally(machines[i], 3, counts);
        cr_expect(counts[BN_GATE_REGRESSION] <= 5, "machine %zu: %d false alarms in 1000", i,
                  counts[BN_GATE_REGRESSION]);
    }
    int counts[4];
    tally(machines[1], 3, counts);
    cr_expect(counts[BN_GATE_PASS] >= 800, "a machine with 2 %% spread passes %d of 1000", counts[BN_GATE_PASS]);
}

Test(gate_judge, ignored_differences_stay_quiet)
{
    int counts[4];
    tally((struct machine){.spread = 0.005, .slow_down = log1p(0.005)}, 3, counts);
    cr_expect(counts[BN_GATE_REGRESSION] <= 5, "%d of 1000 alarms at the ignored 0.5 %%", counts[BN_GATE_REGRESSION]);
}

Test(gate_judge, the_tolerance_is_found)
{
    int counts[4];
    tally((struct machine){.spread = 0.02, .slow_down = log1p(0.03)}, 3, counts);
    cr_expect(counts[BN_GATE_REGRESSION] >= 800, "2 %% spread: 3 %% slower found in %d of 1000",
              counts[BN_GATE_REGRESSION]);
    cr_expect(counts[BN_GATE_PASS] <= 50, "2 %% spread: 3 %% slower passed %d of 1000", counts[BN_GATE_PASS]);
    tally((struct machine){.spread = 0.004, .slow_down = log1p(0.011)}, 1, counts);
    cr_expect(counts[BN_GATE_REGRESSION] >= 800, "quiet machine: 1.1 %% slower found in %d of 1000",
              counts[BN_GATE_REGRESSION]);
}

/* The self-test's figure against fresh noise of the same kind: it was computed from a pool of pairs alone. */
Test(gate_judge, detectable_is_what_it_says)
{
    static const double spreads[] = {0.004, 0.02};
    for (int i = 0; i < 2; i++) {
        struct machine m = {.spread = spreads[i]};
        struct bn_gate_pool pool = {0};
        struct bn_gate_rule rule;
        struct bn_error err;
        bn_random_init(&m.random, 3);
        bn_gate_rule_init(&rule, 3);
        while (pool.n < 1500) cr_assert_eq(bn_gate_pool_add(&pool, run_once(&m, 3, 1000), &err), BN_OK);
        double detectable = bn_gate_detectable(&rule, &pool, 0);
        int counts[4];
        tally((struct machine){.spread = spreads[i], .slow_down = detectable, .alone = true}, 3, counts);
        cr_expect(counts[BN_GATE_REGRESSION] > 720 && counts[BN_GATE_REGRESSION] < 960, "%.2f %% found in %d of 1000",
                  100 * detectable, counts[BN_GATE_REGRESSION]);
        cr_expect(bn_gate_false_alarms(&rule, &pool) < 0.005, "equal builds alarm too often");
        cr_expect(bn_gate_power(&rule, &pool, 0, 0) < 0.02, "a false alarm counts as found");
        cr_expect(bn_gate_power(&rule, &pool, 0, detectable / 2) < 0.5, "half of it is found as well");
        for (size_t pair = 0; pair < pool.n; pair++) pool.d[1][pair] += 0.05;
        cr_expect(bn_gate_false_alarms(&rule, &pool) > 0.95, "5 %% are no alarm");
        bn_gate_pool_release(&pool);
        cr_expect(isnan(bn_gate_detectable(&rule, &pool, 0)), "of nothing");
    }
}

Test(gate_judge, an_improvement_is_a_result)
{
    struct machine m = {.spread = 0.004, .slow_down = log1p(-0.02)};
    int improved = 0, more = 0, alarms = 0;
    bn_random_init(&m.random, 5);
    for (int i = 0; i < 200; i++) {
        const struct bn_paired_result *r = run_once(&m, 3, 1000);
        improved += r->improved[0] && r->improved[1];
        more += r->first[0].n > 8;
    }
    cr_expect(improved >= 190, "2 %% faster shown in %d of 200", improved);
    cr_expect(more > 0, "none of them needed pairs beyond the first look");
    m.slow_down = 0;
    for (int i = 0; i < 1000; i++) {
        const struct bn_paired_result *r = run_once(&m, 3, 1000);
        alarms += r->improved[0] || r->improved[1];
    }
    cr_expect(alarms <= 20, "%d of 1000 equal builds are called faster", alarms);
}

Test(gate_judge, nothing_measured_never_passes)
{
    struct machine m = {.spread = 0.001};
    bn_random_init(&m.random, 1);
    cr_expect_eq(run_once(&m, 3, 0)->verdict, BN_GATE_INCONCLUSIVE);
    cr_expect_eq(run_once(&m, 3, 4)->verdict, BN_GATE_INCONCLUSIVE, "four pairs are too few for a verdict");
    m.fail_at = m.n_pairs + 20;
    m.slow_down = 0.001;
    struct bn_gate_rule rule;
    struct bn_paired_result result;
    struct bn_error err;
    bn_gate_rule_init(&rule, 0.01);
    cr_expect_eq(bn_paired_run(&rule, &(struct bn_pair_source){&m, measure, now, NULL}, 2, 100, &result, &err),
                 BN_ERR_IO);
    cr_expect_eq(result.verdict, BN_GATE_INCONCLUSIVE);
    bn_paired_run(&rule, &(struct bn_pair_source){&m, measure, now, NULL}, 0, 100, &result, &err);
    cr_expect_eq(result.verdict, BN_GATE_INCONCLUSIVE, "no workload, no pass");
}

Test(gate_judge, one_slow_workload_is_named)
{
    struct bn_gate_rule rule;
    struct bn_gate_series series[2] = {{.n = 32}, {.n = 32}};
    struct bn_gate_finding findings[2];
    bn_gate_rule_init(&rule, 3);
    for (int i = 0; i < 32; i++) series[0].d[i] = 0.05 + 0.001 * (i % 7), series[1].d[i] = 0.001 * (i % 7) - 0.003;
    cr_expect_eq(bn_gate_judge(&rule, 0.02, series, 2, findings), BN_GATE_SUSPECT);
    cr_expect(findings[0].suspect && !findings[1].suspect);
    cr_expect(!findings[0].ruled_out && findings[1].ruled_out);
    cr_expect(findings[0].low > 0.04 && findings[1].high < 0.01);
}

Test(gate_judge, exit_codes)
{
    cr_expect_eq(bn_gate_exit_code(BN_GATE_PASS), 0);
    cr_expect_eq(bn_gate_exit_code(BN_GATE_REGRESSION), 3);
    cr_expect_eq(bn_gate_exit_code(BN_GATE_OUTPUT_CHANGED), 4);
    cr_expect_eq(bn_gate_exit_code(BN_GATE_INCONCLUSIVE), 5);
    cr_expect_eq(bn_gate_exit_code(BN_GATE_IMPROVEMENT), 0);
}
