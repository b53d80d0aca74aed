/* isolate.c - the observer that counts one operation. */
#include "harness/worker/isolate.h"
#include <valgrind/callgrind.h>

static void op_begin(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op)
{
    struct bn_isolate *i = self;
    (void)thread, (void)phase, (void)layer;
    if (!i->on || op != i->op) return;
    i->before = bn_pmu_process_read(i->counter);
    CALLGRIND_START_INSTRUMENTATION;
}

static void op_end(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op, const struct bn_work *work)
{
    struct bn_isolate *i = self;
    (void)thread, (void)phase, (void)layer, (void)work;
    if (!i->on || op != i->op) return;
    CALLGRIND_STOP_INSTRUMENTATION;
    i->sum += bn_pmu_process_read(i->counter) - i->before;
}

void bn_isolate_init(struct bn_isolate *isolate, struct bn_pmu_process *counter)
{
    *isolate =
        (struct bn_isolate){.observer = {.self = isolate, .op_begin = op_begin, .op_end = op_end}, .counter = counter};
}
