/* work_counter.c - an observer that only adds. */
#include "harness/worker/work_counter.h"
#include <inttypes.h>
#include <string.h>

static void op_end(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op, const struct bn_work *work)
{
    struct bn_work_sum *sum = &((struct bn_work_counter *)self)->sums[op];
    (void)thread, (void)phase, (void)layer;
    sum->calls++;
    if (!work) return;
    sum->kernel_calls += work->kernel_calls;
    sum->weight_bytes += work->weight_bytes;
    sum->kv_bytes += work->kv_bytes;
    sum->macs += work->macs;
}

void bn_work_counter_init(struct bn_work_counter *counter)
{
    memset(counter, 0, sizeof *counter);
    counter->observer = (struct bn_observer){.self = counter, .op_end = op_end};
}

void bn_work_counter_reset(struct bn_work_counter *counter) { memset(counter->sums, 0, sizeof counter->sums); }

void bn_work_counter_print(const struct bn_work_counter *counter, FILE *out)
{
    fprintf(out, "\"ops\": {");
    for (int op = 0; op < BN_OP_COUNT; op++) {
        const struct bn_work_sum *s = &counter->sums[op];
        fprintf(out,
                "%s\"%s\": {\"calls\": %" PRIu64 ", \"kernel_calls\": %" PRIu64 ", \"weight_bytes\": %" PRIu64
                ", \"kv_bytes\": %" PRIu64 ", \"macs\": %" PRIu64 "}",
                op ? ", " : "", bn_op_name((enum bn_op)op), s->calls, s->kernel_calls, s->weight_bytes, s->kv_bytes,
                s->macs);
    }
    fprintf(out, "}");
}
