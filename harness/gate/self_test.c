/* self_test.c - A/A runs over rebuilds, what the place of code moves, what can be detected, and runs with a slow-down
 * injected. */
#include "harness/gate/self_test.h"
#include "engine/cmdline.h"
#include "harness/gate/self_test_log.h"
#include "harness/core/error.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES_LEAST = 3, PLACES_MOST = 12, PAIRS_OF_A_PLACE = 8, POWER_LEAST = 20 };

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
                                int counts[4], struct bn_gate_pool *pool, struct bn_error *err)
{
    struct bn_paired_result *result = malloc(sizeof *result);
    enum bn_status status = result ? BN_OK : BN_ERR_MEMORY;
    for (int run = 1; run <= runs && !status; run++) {
        status = run_gate(test, rule, what, result, err);
        test->seconds += result->seconds;
        test->n_pairs += result->first[0].n + result->again[0].n;
        test->most_seconds = fmax(test->most_seconds, result->seconds);
        if (!status && pool) status = bn_gate_pool_add(pool, result, err);
        if (!status) counts[result->verdict]++;
        for (int w = 0; w < result->n_workloads && !pool; w++) test->of[w].found += result->regressed[w];
        test->found = counts[BN_GATE_REGRESSION];
        if (pool) test->false_positives = counts[BN_GATE_REGRESSION];
        show(test, what, run, runs);
    }
    free(result);
    return status;
}

/* Pairs whose head is always linked with the same seed, against a base that is too: their median is what that place
 * moves. */
static enum bn_status measure_place(struct bn_self_test *test, uint64_t seed, int n_pairs, double *d,
                                    struct bn_error *err)
{
    double pair[BN_GATE_WORKLOADS], all[BN_GATE_WORKLOADS][PAIRS_OF_A_PLACE];
    struct bn_pair_source source = bn_pairs_source(test->pairs);
    enum bn_status status = BN_OK;
    test->pairs->layout[0] = BN_VARIANT_SEEDS + 1;
    test->pairs->layout[1] = seed;
    for (int i = 0; i < n_pairs && !status; i++) {
        status = source.measure(source.self, pair, err);
        for (int w = 0; w < test->pairs->n_workloads; w++) all[w][i] = pair[w];
    }
    test->pairs->layout[0] = test->pairs->layout[1] = 0;
    for (int w = 0; w < test->pairs->n_workloads && !status; w++) d[w] = bn_sample_median(all[w], (size_t)n_pairs);
    return status;
}

static enum bn_status measure_places(struct bn_self_test *test, struct bn_paired_result *result, int places,
                                     struct bn_error *err)
{
    if (bn_self_test_log_take(test->log, "places", result)) return BN_OK;
    int n = test->pairs->n_workloads, n_pairs = places < PAIRS_OF_A_PLACE ? places : PAIRS_OF_A_PLACE;
    enum bn_status status = BN_OK;
    *result = (struct bn_paired_result){.n_workloads = n};
    for (int place = 1; place <= places && !status; place++) {
        double d[BN_GATE_WORKLOADS];
        status = measure_place(test, (uint64_t)(BN_VARIANT_SEEDS + 1 + place), n_pairs, d, err);
        for (int w = 0; w < n && !status; w++) result->first[w].d[result->first[w].n++] = d[w];
        bn_cmd_progress("places of code: %d of %d", place, places);
    }
    return status ? status : bn_self_test_log_put(test->log, "places", result, err);
}

/* Two places of code are two draws: the largest difference between any two of those that were tried. */
static enum bn_status compare_places(struct bn_self_test *test, int runs, struct bn_error *err)
{
    struct bn_paired_result *result = malloc(sizeof *result);
    if (!result) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for pairs.");
    int places = runs < PLACES_LEAST ? PLACES_LEAST : runs < PLACES_MOST ? runs : PLACES_MOST;
    enum bn_status status = measure_places(test, result, places, err);
    for (int w = 0; w < test->pairs->n_workloads && !status; w++) {
        const struct bn_gate_series *s = &result->first[w];
        double low = INFINITY, high = -INFINITY;
        for (int i = 0; i < s->n; i++) low = fmin(low, s->d[i]), high = fmax(high, s->d[i]);
        test->of[w].place = high - low;
    }
    free(result);
    return status;
}

static void judge_noise(struct bn_self_test *test, const struct bn_gate_rule *rule, const struct bn_gate_pool *pool)
{
    test->false_alarms = bn_gate_false_alarms(rule, pool);
    for (int w = 0; w < test->pairs->n_workloads; w++) {
        bn_cmd_progress("what can be detected: workload %d of %d", w + 1, test->pairs->n_workloads);
        test->of[w].spread = bn_sample_mad(pool->d[w], pool->n);
        test->of[w].detectable = bn_gate_detectable(rule, pool, w);
    }
}

static enum bn_status inject(struct bn_self_test *test, const struct bn_gate_rule *rule, int runs, struct bn_error *err)
{
    struct bn_pairs *pairs = test->pairs;
    const char *const *plain = pairs->argv[1], *argv[BN_ARGS_MOST + 3];
    char percent[32];
    int n = 0, counts[4] = {0};
    for (; plain[n]; n++) argv[n] = plain[n];
    test->injected_percent = bn_gate_percent(rule->tolerance);
    snprintf(percent, sizeof percent, "%.4f", test->injected_percent);
    argv[n++] = "--inject_percent";
    argv[n++] = percent;
    argv[n] = NULL;
    pairs->argv[1] = argv;
    enum bn_status status = run_gates(test, rule, runs, "injected", counts, NULL, err);
    pairs->argv[1] = plain;
    test->injected_runs = runs;
    test->found = counts[BN_GATE_REGRESSION];
    test->missed = counts[BN_GATE_PASS];
    return status;
}

enum bn_status bn_self_test_run(struct bn_self_test *test, const struct bn_gate_rule *rule, int runs, double budget_s,
                                struct bn_pairs *pairs, struct bn_self_test_log *log, struct bn_error *err)
{
    struct bn_gate_pool pool = {0};
    int counts[4] = {0};
    *test = (struct bn_self_test){.runs = runs, .budget_s = budget_s, .pairs = pairs, .log = log};
    enum bn_status status = run_gates(test, rule, runs, "A against A", counts, &pool, err);
    test->passes = counts[BN_GATE_PASS];
    test->inconclusive = counts[BN_GATE_INCONCLUSIVE];
    if (!status) status = compare_places(test, runs, err);
    if (!status && pool.n) {
        judge_noise(test, rule, &pool);
        status = inject(test, rule, runs / 4 > POWER_LEAST ? runs / 4 : runs < POWER_LEAST ? runs : POWER_LEAST, err);
    }
    bn_gate_pool_release(&pool);
    return status;
}

static double power(const struct bn_self_test *test)
{
    return test->injected_runs ? (double)test->found / test->injected_runs : NAN;
}

void bn_self_test_write(const struct bn_self_test *test, FILE *out)
{
    const struct bn_pairs *pairs = test->pairs;
    fprintf(out, "base against base      %d runs over rebuilds: %d false alarms, %d pass, %d inconclusive\n",
            test->runs, test->false_positives, test->passes, test->inconclusive);
    fprintf(out, "the same, drawn again  %.2f %% false alarms in 4,000 gates on these runs' pairs\n",
            100 * test->false_alarms);
    fprintf(out, "injected %.1f %%         %d runs: found %d (power %.0f %%), passed %d\n", test->injected_percent,
            test->injected_runs, test->found, 100 * power(test), test->missed);
    for (int w = 0; w < pairs->n_workloads; w++) {
        const struct bn_self_test_workload *of = &test->of[w];
        fprintf(out, "%-22s pairs spread %.2f %%, the place of code moves it by up to %.1f %%, ",
                pairs->workloads[w].name, bn_gate_percent(of->spread), bn_gate_percent(of->place));
        if (isnan(of->detectable))
            fprintf(out, "25 %% slower is not detected");
        else
            fprintf(out, "detected from %.1f %% on", bn_gate_percent(of->detectable));
        fprintf(out, ", found in %d of %d\n", of->found, test->injected_runs);
    }
    fprintf(out, "canary                 spread %.1f %%, %d pairs repeated of %d\n",
            100 * bn_pairs_canary_spread(pairs), pairs->n_disturbed, pairs->n_pairs + pairs->n_disturbed);
    fprintf(out, "time                   %.0f s, the longest run %.0f s\n", test->seconds, test->most_seconds);
}

json_t *bn_self_test_json(const struct bn_self_test *test)
{
    json_t *rows = json_array();
    for (int w = 0; w < test->pairs->n_workloads; w++) {
        const struct bn_self_test_workload *of = &test->of[w];
        json_array_append_new(rows, json_pack("{s:s, s:f, s:f, s:o, s:i}", "workload", test->pairs->workloads[w].name,
                                              "spread", expm1(of->spread), "place", expm1(of->place), "detectable",
                                              isnan(of->detectable) ? json_null() : json_real(expm1(of->detectable)),
                                              "found", of->found));
    }
    return json_pack("{s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:o}", "runs", test->runs,
                     "false_positives", test->false_positives, "false_alarm_rate", test->false_alarms, "power",
                     test->injected_runs ? power(test) : 0, "injected", test->injected_percent / 100, "seconds",
                     test->seconds, "longest_run_seconds", test->most_seconds, "passes", test->passes, "inconclusive",
                     test->inconclusive, "injected_runs", test->injected_runs, "found", test->found, "missed",
                     test->missed, "pairs", test->n_pairs, "repeated", test->pairs->n_disturbed, "workloads", rows);
}
