/* paired.h - the paired-time tier: measures pairs until the judge decides, confirms a suspicion with fresh pairs,
 * and keeps to a budget. The caller supplies the pairs: processes (pairs.h) or, in tests, a noise model
 * with a fake clock. */
#ifndef BN_GATE_PAIRED_H
#define BN_GATE_PAIRED_H
#include "engine/bitnet.h"
#include "harness/gate/judge.h"

struct bn_pair_source {
    void *self;
    /* Measures one fresh pair; writes the log ratio head/base of every workload to d[]. */
    enum bn_status (*measure)(void *self, double *d, struct bn_error *err);
    double (*now_s)(void *self);
    /* Called after every pair (stage 1 measuring, 2 confirming); may be NULL. */
    void (*progress)(void *self, int stage, int n_pairs, int n_most);
};
enum bn_gate_verdict {
    BN_GATE_PASS,
    BN_GATE_REGRESSION,
    BN_GATE_OUTPUT_CHANGED,
    BN_GATE_INCONCLUSIVE,
    BN_GATE_FAILED,
    BN_GATE_IMPROVEMENT
};
/* "pass", "regression", "output changed", "inconclusive", "failed", "improvement" */
const char *bn_gate_verdict_name(enum bn_gate_verdict verdict);
int bn_gate_exit_code(enum bn_gate_verdict verdict); /* 0, 3, 4, 5, 1, 0 */

struct bn_paired_result {
    enum bn_gate_verdict verdict; /* pass, regression or inconclusive */
    char reason[256];             /* one sentence */
    int n_workloads;
    struct bn_gate_series first[BN_GATE_WORKLOADS],
        again[BN_GATE_WORKLOADS];                                   /* raw log ratios; again[i].n = 0: no rerun */
    struct bn_gate_finding findings[BN_GATE_WORKLOADS];             /* of the first measurement */
    struct bn_gate_finding confirmed[BN_GATE_WORKLOADS];            /* of the rerun, if any */
    bool regressed[BN_GATE_WORKLOADS], improved[BN_GATE_WORKLOADS]; /* improved: only where nothing regressed */
    double seconds;
};
/* Fails only when the source fails; then what was measured before is in *result with verdict inconclusive. */
enum bn_status bn_paired_run(const struct bn_gate_rule *rule, const struct bn_pair_source *source, int n_workloads,
                             double budget_s, struct bn_paired_result *result, struct bn_error *err);
#endif
