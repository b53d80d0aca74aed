/* foreign.h - two builds of another engine as a source of pairs: llama-bench of bitnet.cpp, llama.cpp or ik_llama.cpp.
 *
 * One pair: for every workload four fresh processes, base head head base or head base base head (drawn), on the same
 * CPUs; d = log of the ratio of the tenth percentiles of their repetitions. Output is compared where the build has a
 * program that prints text beside llama-bench (llama-completion or llama-cli): the bytes of a greedy answer. */
#ifndef BN_GATE_FOREIGN_H
#define BN_GATE_FOREIGN_H
#include "harness/gate/report.h"
#include "harness/stats/random.h"
#include "harness/worker/engines.h"

struct bn_foreign {
    const char *named[2]; /* base, head: "llama-bench=PATH ARGS" */
    const char *model, *allow, *db, *command;
    double budget_s;
    int threads;
    uint64_t seed;
    /* from here on: state */
    struct bn_engine engine[2];
    struct bn_watch file;
    struct bn_random random;
    const struct bn_gate_workload *workloads;
    int n_workloads, n_pairs;
};
/* Reads the engines; what cannot be measured with them is BN_ERR_USAGE. */
enum bn_status bn_foreign_open(struct bn_foreign *foreign, const struct bn_gate_workload *workloads, int n_workloads,
                               struct bn_error *err);
/* Fills the report up to its verdict, and keeps it in the database. Fails when a build does. */
enum bn_status bn_foreign_run(struct bn_foreign *foreign, struct bn_gate_report *report, struct bn_error *err);
enum bn_status bn_foreign_record(struct bn_foreign *foreign, const struct bn_gate_report *report, struct bn_error *err);
void bn_foreign_close(struct bn_foreign *foreign);
#endif
