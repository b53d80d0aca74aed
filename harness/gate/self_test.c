/* self_test.c - A/A runs, the smallest effect they can detect, and runs with exactly that effect injected. */
#include "harness/gate/self_test.h"
#include "engine/cmdline.h"
#include "harness/gate/self_test_log.h"
#include "harness/core/error.h"
#include "harness/stats/power.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct pool { /* centred log ratios of all A/A runs, by workload */
    size_t n, cap;
    double *d[BN_GATE_WORKLOADS];
};

static enum bn_status keep(struct pool *pool, const struct bn_paired_result *result, struct bn_error *err)
{
    const struct bn_gate_series *stages[] = {result->first, result->again};
    for (int s = 0; s < 2; s++) {
        size_t n = (size_t)stages[s][0].n;
        for (int w = 0; w < result->n_workloads; w++) {
            double *more = realloc(pool->d[w], (pool->n + n + 1) * sizeof *more);
            if (!more) {
                return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for %zu log ratios.",
                                       pool->n + n);
            }
            pool->d[w] = more;
            memcpy(more + pool->n, stages[s][w].d, n * sizeof *more);
        }
        pool->n += n;
    }
    return BN_OK;
}

static void show(const struct bn_self_test *test, const char *what, int run, int runs)
{
    bn_cmd_progress("%s: run %d of %d, %d reported", what, run, runs,
                    what[0] == 'A' ? test->false_positives : test->found);
}

/* One run of the paired tier: from the log, or measured now. */
static enum bn_status run_gate(struct bn_self_test *test, const struct bn_gate_rule *rule, const char *what,
                               struct bn_paired_result *result, struct bn_error *err)
{
    struct bn_pair_source source = bn_pairs_source(test->pairs);
    source.progress = NULL;
    if (bn_self_test_log_take(test->log, what, result)) return BN_OK;
    enum bn_status status = bn_paired_run(rule, &source, test->pairs->n_workloads, test->budget_s, result, err);
    return status ? status : bn_self_test_log_put(test->log, what, result, err);
}

static enum bn_status run_gates(struct bn_self_test *test, const struct bn_gate_rule *rule, int runs, const char *what,
                                int counts[4], struct pool *pool, struct bn_error *err)
{
    struct bn_paired_result *result = malloc(sizeof *result);
    enum bn_status status = result ? BN_OK : BN_ERR_MEMORY;
    for (int run = 1; run <= runs && !status; run++) {
        status = run_gate(test, rule, what, result, err);
        test->seconds += result->seconds;
        test->n_pairs += result->first[0].n + result->again[0].n;
        test->most_seconds = fmax(test->most_seconds, result->seconds);
        if (!status && pool) status = keep(pool, result, err);
        if (!status) counts[result->verdict]++;
        test->found = counts[BN_GATE_REGRESSION];
        if (pool) test->false_positives = counts[BN_GATE_REGRESSION];
        show(test, what, run, runs);
    }
    free(result);
    return status;
}

/* The effect that both stages find 80 times in 100, given the noise of the pool; at least the tolerance, which
 * is what a pass rules out. */
static double detectable(struct bn_self_test *test, const struct bn_gate_rule *rule, const struct pool *pool)
{
    double q = bn_gate_sign_needed(rule, test->pairs->n_workloads, 0.8), most = 0, spread = 0;
    for (int w = 0; w < test->pairs->n_workloads; w++) {
        most = fmax(most, bn_shift_observed(pool->d[w], pool->n, q));
        spread = fmax(spread, bn_sample_mad(pool->d[w], pool->n));
    }
    test->pair_spread_percent = bn_gate_percent(spread);
    double percent = bn_gate_percent(fmax(rule->tolerance, rule->ignore + most));
    return ceil(percent * 10 - 1e-6) / 10;
}

static enum bn_status inject(struct bn_self_test *test, const struct bn_gate_rule *rule, int runs, struct bn_error *err)
{
    struct bn_pairs *pairs = test->pairs;
    const char *const *plain = pairs->argv[1], *argv[BN_ARGS_MOST + 3];
    char percent[32];
    int n = 0, counts[4] = {0};
    for (; plain[n]; n++) argv[n] = plain[n];
    snprintf(percent, sizeof percent, "%.4f", test->minimal_detectable_effect_percent);
    argv[n++] = "--inject_percent";
    argv[n++] = percent;
    argv[n] = NULL;
    pairs->argv[1] = argv;
    enum bn_status status = run_gates(test, rule, runs, "injected", counts, NULL, err);
    pairs->argv[1] = plain;
    test->injected_runs = runs;
    test->found = counts[BN_GATE_REGRESSION];
    test->missed = counts[BN_GATE_PASS];
    test->power = runs ? (double)test->found / runs : NAN;
    return status;
}

enum bn_status bn_self_test_run(struct bn_self_test *test, const struct bn_gate_rule *rule, int runs, double budget_s,
                                struct bn_pairs *pairs, struct bn_self_test_log *log, struct bn_error *err)
{
    struct pool pool = {0};
    int counts[4] = {0};
    *test = (struct bn_self_test){.runs = runs, .budget_s = budget_s, .pairs = pairs, .log = log};
    enum bn_status status = run_gates(test, rule, runs, "A against A", counts, &pool, err);
    test->passes = counts[BN_GATE_PASS];
    test->inconclusive = counts[BN_GATE_INCONCLUSIVE];
    if (!status && pool.n) {
        test->minimal_detectable_effect_percent = detectable(test, rule, &pool);
        status = inject(test, rule, runs / 4 > 20 ? runs / 4 : runs < 20 ? runs : 20, err);
    }
    for (int w = 0; w < BN_GATE_WORKLOADS; w++) free(pool.d[w]);
    return status;
}

void bn_self_test_write(const struct bn_self_test *test, FILE *out)
{
    fprintf(out, "base against base      %d runs: %d false positives, %d pass, %d inconclusive\n", test->runs,
            test->false_positives, test->passes, test->inconclusive);
    fprintf(out, "detectable effect      %.1f %% (pairs spread %.2f %%)\n", test->minimal_detectable_effect_percent,
            test->pair_spread_percent);
    fprintf(out, "injected %.1f %%         %d runs: found %d (power %.0f %%), passed %d\n",
            test->minimal_detectable_effect_percent, test->injected_runs, test->found, 100 * test->power, test->missed);
    fprintf(out, "canary                 spread %.1f %%, %d pairs repeated of %d\n",
            100 * bn_pairs_canary_spread(test->pairs), test->pairs->n_disturbed,
            test->pairs->n_pairs + test->pairs->n_disturbed);
    fprintf(out, "time                   %.0f s, the longest run %.0f s\n", test->seconds, test->most_seconds);
}

json_t *bn_self_test_json(const struct bn_self_test *test)
{
    return json_pack("{s:i, s:i, s:f, s:f, s:f, s:f, s:i, s:i, s:i, s:i, s:i, s:f, s:i, s:i}", "runs", test->runs,
                     "false_positives", test->false_positives, "power", test->power, "minimal_detectable_effect",
                     test->minimal_detectable_effect_percent / 100, "seconds", test->seconds, "longest_run_seconds",
                     test->most_seconds, "passes", test->passes, "inconclusive", test->inconclusive, "injected_runs",
                     test->injected_runs, "found", test->found, "missed", test->missed, "pair_spread",
                     test->pair_spread_percent / 100, "pairs", test->n_pairs, "repeated", test->pairs->n_disturbed);
}
