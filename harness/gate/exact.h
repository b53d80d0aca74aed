/* exact.h - the first tier: what both builds declare they compute, compared without a clock. Never a false alarm.
 * Output: the hash of all logits. Work: calls, weight bytes, KV bytes and multiply-adds of every operation as
 * declared, the kernel calls actually made, and allocations. */
#ifndef BN_GATE_EXACT_H
#define BN_GATE_EXACT_H
#include "harness/gate/pairs.h"

enum { BN_EXACT_ROWS = 256, BN_EXACT_OUTPUTS = 64 };
struct bn_exact_row {                    /* one figure that differs */
    char workload[48], op[16], what[16]; /* op "total": over all operations */
    uint64_t base, head;
};
struct bn_exact_output {            /* of one workload */
    char workload[48], hash[2][24]; /* base, head */
    bool changed, idle[2];          /* idle: no work was declared, or no logits were computed */
};
struct bn_exact_result {
    bool measured, output_changed, more_work; /* more_work: some total grew */
    int n_rows, n_compared;                   /* n_compared: figures compared; 0 is never a pass */
    struct bn_exact_row rows[BN_EXACT_ROWS];
    int n_outputs;
    struct bn_exact_output outputs[BN_EXACT_OUTPUTS];
    double seconds;
};
/* Adds one workload's comparison: two replies to "count ...". */
void bn_exact_compare(struct bn_exact_result *result, const char *workload, const json_t *base, const json_t *head);
/* Asks a base and a head process for every workload. */
enum bn_status bn_exact_run(struct bn_exact_result *result, struct bn_pairs *pairs, struct bn_error *err);
#endif
