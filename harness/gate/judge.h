/* judge.h - the decisions of the paired-time tier, free of clocks and processes.
 *
 * One pair = one fresh base process and one fresh head process; its value d is the log ratio head/base of a
 * workload (positive: head is slower). Fresh processes are the unit because two runs of one binary differ by
 * where their pages happen to be; the samples inside one pair share that and are not independent evidence.
 * Which side goes first is drawn at random, so without a difference the sign of d is a fair coin whatever the
 * noise (harness/stats/sequential.h).
 *
 * Suspicion: "slower than `ignore`" with Holm over the workloads, at any look. A suspicion is measured again
 * from scratch; only when the rerun agrees (Holm again) it is a regression. Pass: every workload's upper
 * bound is below `tolerance`; while one of them seems faster and is not yet shown to be, more pairs are measured.
 * Neither, and no pairs or time left: inconclusive. */
#ifndef BN_GATE_JUDGE_H
#define BN_GATE_JUDGE_H
#include "harness/stats/sequential.h"
#include <stdbool.h>

enum { BN_GATE_WORKLOADS = 8 };
struct bn_gate_rule {
    double alpha_suspect; /* family-wise, first measurement */
    double alpha_confirm; /* family-wise, rerun */
    double alpha_pass;    /* chance that a workload slower by `tolerance` passes */
    double alpha_faster;  /* family-wise, that an improvement is none */
    double ignore;        /* log ratio too small to act on */
    double tolerance;     /* log ratio that must be ruled out for a pass */
    struct bn_sequential looks;
};
/* 0.02, 0.05, 0.05, 0.05; 0.5 %; `tolerance_percent`; looks at 8, 12, ... 32 pairs. */
void bn_gate_rule_init(struct bn_gate_rule *rule, double tolerance_percent);
void bn_gate_rule_ignore(struct bn_gate_rule *rule, double ignore_percent);

struct bn_gate_series { /* one workload, pairs in the order they were measured */
    int n;
    double d[BN_PAIRS_MAX];
};
struct bn_gate_finding {      /* one workload */
    double median, low, high; /* log ratio; bounds each wrong with probability alpha_pass, infinite while unknown */
    double p, p_holm;         /* of "not slower than ignore" */
    double p_faster;          /* of "not faster than ignore", Holm */
    bool suspect, ruled_out;  /* ruled_out: high < tolerance */
    bool faster;              /* p_faster <= alpha_faster */
};
enum bn_gate_state { BN_GATE_GO_ON, BN_GATE_CLEAR, BN_GATE_SUSPECT };
/* Judges the data so far; alpha is alpha_suspect or alpha_confirm. A series with n = 0 is never clear.
 */
enum bn_gate_state bn_gate_judge(const struct bn_gate_rule *rule, double alpha, const struct bn_gate_series *series,
                                 int n_series, struct bn_gate_finding *findings);
bool bn_gate_is_look(const struct bn_gate_rule *rule, int n); /* is a decision due after n pairs? */
#endif
