/* report.h - everything one run of the gate found, and its output formats. */
#ifndef BN_GATE_REPORT_H
#define BN_GATE_REPORT_H
#include "harness/gate/accuracy.h"
#include "harness/gate/blame.h"
#include "harness/gate/checks.h"
#include "harness/gate/exact.h"
#include "harness/gate/foreign_text.h"
#include "harness/gate/found.h"
#include "harness/gate/instructions.h"
#include "harness/gate/record.h"
#include "harness/gate/resources.h"

struct bn_gate_report {
    enum bn_gate_verdict verdict;
    char reason[640]; /* one sentence */
    struct bn_found_list found;
    struct bn_dialogue_fate fate; /* of the worker that failed */
    uint64_t seed;
    char repeat[4096];       /* the command that does all this again */
    const char *base, *head; /* as given */
    char program[2][4096];
    json_t *hello[2]; /* what the workers report about themselves */
    const char *model;
    int threads, n_workloads;
    const struct bn_gate_workload *workloads;
    const char *allowed;        /* the words of --allow, or NULL */
    bool relinked;              /* every process had its code at another place; else its pages only */
    struct bn_gate_noise noise; /* of this machine */
    struct bn_gate_rule rule;
    bool foreign;                  /* builds of another engine: of the tiers there are the text and the time */
    struct bn_foreign_texts texts; /* of a foreign engine */
    struct bn_exact_result exact;
    struct bn_checks_result checks;
    struct bn_accuracy_result accuracy;
    struct bn_resources_result resources;
    struct bn_instructions_result instructions;
    struct bn_paired_result paired;
    struct bn_tail_finding tails[BN_GATE_WORKLOADS][BN_TAILS];
    int n_tails;                /* pairs behind them */
    struct bn_gate_blame blame; /* of the workload that got slower most */
    int n_blocks, n_disturbed, n_pairs;
    double canary_spread, seconds;
};
double bn_gate_percent(double log_ratio); /* 0.0296 -> 3.0 */
/* One figure of a workload's time, in words: "+1.2 % (-0.3 to +2.8), regression". */
void bn_gate_time_text(const struct bn_gate_report *report, int workload, char *text, size_t cap);
/* Of a foreign engine: "identical", "CHANGED: ...", "not compared: ...". */
void bn_gate_greedy_text(const struct bn_gate_report *report, char *text, size_t cap);
/* What both workers say of themselves under that name, "not said" where one does not; NULL where it is the same. */
const char *bn_gate_builds_differ(const struct bn_gate_report *report, const char *what, const char *said[2]);
const char *bn_gate_no_instructions(const struct bn_gate_report *report); /* why there is no count */
/* One thing that was looked at beside the time of the workloads, in words. */
enum bn_gate_outcome { BN_OUTCOME_PASSED, BN_OUTCOME_FAILED, BN_OUTCOME_SKIPPED };
struct bn_gate_line {
    const char *tier, *name; /* "memory", "leak, heap" */
    char text[320];
    enum bn_gate_outcome outcome;
    double seconds;
};
/* Calls `each` for every line of the tiers checks, accuracy and resources. */
void bn_gate_beside(const struct bn_gate_report *report, void (*each)(void *self, const struct bn_gate_line *line),
                    void *self);
void bn_gate_beside_json(const struct bn_gate_report *report, json_t *root); /* their values */
/* Verdict and reason from what was found; nothing was found: they stay. */
void bn_gate_settle(struct bn_gate_report *report);
/* Calls `put` for each line of the failed worker's stderr, printable. */
void bn_gate_last_words(const struct bn_gate_report *report, void (*put)(void *self, const char *line), void *self);
void bn_gate_write_terminal(const struct bn_gate_report *report, FILE *out);
json_t *bn_gate_json(const struct bn_gate_report *report); /* schema 1; caller decrefs; raw pairs included */
void bn_gate_write_markdown(const struct bn_gate_report *report, FILE *out); /* a pull-request comment */
void bn_gate_write_junit(const struct bn_gate_report *report, FILE *out);
void bn_gate_write_github(const struct bn_gate_report *report, FILE *out); /* ::error / ::warning / ::notice lines */
#endif
