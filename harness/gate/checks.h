/* checks.h - what the exact tier looks at beside the workloads (checks.list): longer prompts and contexts, two threads,
 * other keys and values, another model, batches, drafts, sampling, the tokenizer; and which kernels each build chose.
 * Outputs and declared work are compared as those of the workloads are; instructions as in the second tier, by hardware
 * counter or all of a process under callgrind. */
#ifndef BN_GATE_CHECKS_H
#define BN_GATE_CHECKS_H
#include "harness/gate/exact.h"
#include "harness/gate/found.h"

enum { BN_CHECKS_MOST = 32, BN_KERNEL_CHANGES_MOST = 16 };
struct bn_check_count {
    char name[48];
    double count[2], most; /* base, head; the share that is tolerated */
    bool more;             /* head executes more than that */
};
struct bn_kernel_change {
    char op[32], variant[2][24]; /* base, head */
    bool weaker;
};
struct bn_checks_result {
    int n_compared, n_counts, n_kernels;
    struct bn_check_count counts[BN_CHECKS_MOST];
    struct bn_kernel_change kernels[BN_KERNEL_CHANGES_MOST];
    const char *source; /* of the counts, or NULL */
    char reason[256];   /* why some or all were left out; "" */
    double seconds;
};
/* Adds outputs and declared work to `exact`. hello: what the workers said first. */
enum bn_status bn_checks_run(struct bn_checks_result *result, struct bn_exact_result *exact, struct bn_pairs *pairs,
                             json_t *const hello[2], struct bn_error *err);
/* Instructions, as the second tier counted those of the workloads: "perf", "callgrind", NULL: not at all. */
enum bn_status bn_checks_count(struct bn_checks_result *result, struct bn_pairs *pairs, json_t *const hello[2],
                               const char *source, struct bn_error *err);
#endif
