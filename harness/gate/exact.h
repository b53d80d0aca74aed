/* exact.h - the first tier: what both builds declare they compute, compared without a clock. Never a false alarm.
 * Output: the hash of all logits, with the threads asked for and with 1 and 2 always, since logits are the same bits
 * for every thread count: a base from before it could hash with threads is compared by its hash with one. Work: calls,
 * weight bytes, KV bytes and multiply-adds of every operation as declared, the kernel calls actually made, and
 * allocations. */
#ifndef BN_GATE_EXACT_H
#define BN_GATE_EXACT_H
#include "harness/gate/pairs.h"

enum { BN_EXACT_ROWS = 256, BN_EXACT_OUTPUTS = 64 };
struct bn_exact_row {                    /* one figure that differs */
    char workload[48], op[16], what[16]; /* op "total": over all operations */
    uint64_t base, head;
};
struct bn_exact_output {            /* of one workload, with so many threads */
    char workload[48], hash[2][24]; /* base, head */
    int threads;
    bool changed, idle[2]; /* idle: no work was declared, or no logits were computed */
    /* where it changed and both can write their logits (distance.h); n_differ 0: unknown */
    int n_positions, n_differ, first_position;
    double largest; /* difference of two logits */
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
/* The same for an output alone, with so many threads. An empty hash is a change. */
void bn_exact_compare_output(struct bn_exact_result *result, const char *workload, int threads, const char *base,
                             const char *head);
/* Asks base and head processes for every workload. */
enum bn_status bn_exact_run(struct bn_exact_result *result, struct bn_pairs *pairs, struct bn_error *err);
#endif
