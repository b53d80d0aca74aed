/* work_counter.h - adds up what the engine declares about each operation: calls, bytes, multiply-adds; and the kernels
 * it called. For one-thread sessions. */
#ifndef BN_WORKER_WORK_COUNTER_H
#define BN_WORKER_WORK_COUNTER_H
#include "engine/bitnet.h"
#include <stdio.h>

struct bn_work_sum {
    uint64_t calls, kernel_calls, weight_bytes, kv_bytes, macs;
};
struct bn_work_counter {
    struct bn_observer observer; /* give it to the session */
    struct bn_work_sum sums[BN_OP_COUNT];
};
void bn_work_counter_init(struct bn_work_counter *counter); /* the counter must stay where it is */
void bn_work_counter_reset(struct bn_work_counter *counter);
void bn_work_counter_print(const struct bn_work_counter *counter,
                           FILE *out); /* "ops": {"qkv": {"calls": 8, ...}, ...} */
#endif
