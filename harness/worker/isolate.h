/* isolate.h - counts the instructions of one operation alone: by the CPU's counter, and under callgrind by switching
 * its instrumentation on around each call. For sessions of one thread. */
#ifndef BN_WORKER_ISOLATE_H
#define BN_WORKER_ISOLATE_H
#include "harness/pmu/pmu.h"

struct bn_isolate {
    struct bn_observer observer; /* give it to the session; the isolate must stay where it is */
    struct bn_pmu_process *counter;
    enum bn_op op;
    bool on;
    uint64_t before, sum;
};
void bn_isolate_init(struct bn_isolate *isolate, struct bn_pmu_process *counter);
#endif
