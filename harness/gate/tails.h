/* tails.h - what the tenth percentile does not see: the mean and the slow end of the same samples.
 *
 * A token in many that takes longer leaves the fastest tenth of the samples as it was. Of every pair of the paired tier
 * the log ratios of the means and of the 95th percentiles are kept; their noise is larger and so is their tolerance.
 * One-sided sign test of "not above the tolerance" over all pairs, Holm over workloads and statistics. */
#ifndef BN_GATE_TAILS_H
#define BN_GATE_TAILS_H
#include "harness/gate/judge.h"

enum { BN_TAIL_MEAN, BN_TAIL_SLOW, BN_TAILS };
struct bn_tails {
    int n; /* pairs */
    double d[BN_GATE_WORKLOADS][BN_TAILS][2 * BN_PAIRS_MAX];
};
struct bn_tail_finding {
    double median, p_holm; /* log(head/base) */
    bool slower;
};
extern const struct bn_tail {
    const char *name;
    double tolerance; /* share */
} bn_tail[BN_TAILS];
/* Samples of a workload in the pair that is being measured; it counts when n grows. */
void bn_tails_put(struct bn_tails *tails, int workload, const double *base, size_t n_base, const double *head,
                  size_t n_head);
void bn_tails_judge(const struct bn_tails *tails, int n_workloads,
                    struct bn_tail_finding findings[BN_GATE_WORKLOADS][BN_TAILS]);
#endif
