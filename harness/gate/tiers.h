/* tiers.h - the three tiers of one gate run. */
#ifndef BN_GATE_TIERS_H
#define BN_GATE_TIERS_H
#include "harness/gate/report.h"

struct bn_tiers {
    const char *instructions; /* "auto", "perf", "callgrind", "off" */
    const char *allow;        /* intended changes: "output,work,place" or some of them; NULL: none */
    const char *data;         /* of the accuracy tier: folder with microworld/ and heldout/ */
    enum bn_accuracy_extent accuracy;
    bool beside;     /* also what is beside the workloads: checks.list, resources.list */
    double budget_s; /* of the paired tier */
};
/* Asks both workers to describe themselves, for the report. */
enum bn_status bn_tiers_greet(struct bn_gate_report *report, struct bn_pairs *pairs, struct bn_error *err);
/* Fills the report up to its verdict. Fails only when a worker does. */
enum bn_status bn_tiers_run(const struct bn_tiers *tiers, struct bn_gate_report *report, struct bn_pairs *pairs,
                            struct bn_error *err);
/* A worker failed: how, doing what, and what it said last. */
void bn_gate_fail(struct bn_gate_report *report, const struct bn_pairs *pairs, const struct bn_error *err);
void bn_gate_conclude(struct bn_gate_report *report, enum bn_gate_verdict verdict, const char *reason);
#endif
