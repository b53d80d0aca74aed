/* self_test.h - the gate tests itself: how often it raises a false alarm (base against base) and how often it finds
 * an injected slow-down. */
#ifndef BN_GATE_SELF_TEST_H
#define BN_GATE_SELF_TEST_H
#include "harness/gate/report.h"

struct bn_self_test_log;
struct bn_self_test {
    int runs, false_positives, passes, inconclusive; /* base against base; family-wise */
    double minimal_detectable_effect_percent;        /* from the noise of those runs, at least the tolerance */
    int injected_runs, found, missed;                /* head slower by exactly that; missed: verdict pass */
    double power;                                    /* found / injected_runs */
    double pair_spread_percent;                      /* MAD of the pairs' log ratios, largest workload */
    double seconds, most_seconds, budget_s;          /* of all runs, of the longest; budget_s: of one gate run */
    int n_pairs;
    struct bn_pairs *pairs;
    struct bn_self_test_log *log;
};
/* Runs already in the log are taken from it. */
enum bn_status bn_self_test_run(struct bn_self_test *test, const struct bn_gate_rule *rule, int runs, double budget_s,
                                struct bn_pairs *pairs, struct bn_self_test_log *log, struct bn_error *err);
void bn_self_test_write(const struct bn_self_test *test, FILE *out);
json_t *bn_self_test_json(const struct bn_self_test *test);
#endif
