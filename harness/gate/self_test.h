/* self_test.h - the gate tests itself: how often it raises a false alarm (a build against its own rebuilds, as pull
 * requests are), how far the place of code alone moves each workload, how large a slow-down it detects, and how often
 * it finds an injected one. */
#ifndef BN_GATE_SELF_TEST_H
#define BN_GATE_SELF_TEST_H
#include "harness/gate/detectable.h"
#include "harness/gate/report.h"

struct bn_self_test_log;
struct bn_self_test_workload {
    double spread;     /* MAD of the pairs' log ratios */
    double place;      /* largest difference between two places of the same code: log ratio */
    double detectable; /* log ratio found 80 times in 100 (detectable.h); NAN: above 25 % */
    int found;         /* injected runs that named it */
};
struct bn_self_test {
    int runs, false_positives, passes, inconclusive; /* base against base; family-wise */
    double injected_percent;                         /* the tolerance */
    double false_alarms;                             /* rate of the same design on draws of those runs' pairs */
    int injected_runs, found, missed;                /* head slower by exactly that; missed: verdict pass */
    double seconds, most_seconds, budget_s;          /* of all runs, of the longest; budget_s: of one gate run */
    int n_pairs;
    struct bn_self_test_workload of[BN_GATE_WORKLOADS];
    struct bn_pairs *pairs;
    struct bn_self_test_log *log;
};
/* Runs already in the log are taken from it. */
enum bn_status bn_self_test_run(struct bn_self_test *test, const struct bn_gate_rule *rule, int runs, double budget_s,
                                struct bn_pairs *pairs, struct bn_self_test_log *log, struct bn_error *err);
void bn_self_test_write(const struct bn_self_test *test, FILE *out);
json_t *bn_self_test_json(const struct bn_self_test *test);
#endif
