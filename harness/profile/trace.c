/* trace.c - the observer that writes records. */
#include "harness/profile/trace.h"
#include "harness/core/error.h"
#include <stdlib.h>

enum {
    PER_LAYER =
        96, /* records of a layer in one pass, at most: 10 operations with up to four calls and a wait after each */
    PER_PASS = 512
};
static const size_t most_bytes = (size_t)1 << 30; /* of one thread: 22 million records */

const char *bn_stage_name(enum bn_stage stage)
{
    static const char *const names[] = {"tokenize", "open", "prefill", "decode", "choose", "profiler"};
    return names[stage];
}

static inline void write_record(struct bn_trace_thread *t, struct bn_trace_record record)
{
    struct bn_trace_record *room = bn_room_take(&t->records, sizeof record);
    if (room)
        *room = record;
    else
        t->n_lost++;
}

static void op_begin(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op)
{
    struct bn_trace *trace = self;
    struct bn_trace_thread *t = &trace->threads[thread];
    if (trace->count) bn_pmu_op_begin(trace->pmu, thread);
    if (!trace->on) return;
    t->layer = (int16_t)layer, t->op = (uint8_t)op, t->phase = (uint8_t)phase;
    t->op_begin = bn_ticks_now();
}

static void op_end(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op, const struct bn_work *work)
{
    struct bn_trace *trace = self;
    struct bn_trace_thread *t = &trace->threads[thread];
    if (trace->count) bn_pmu_op_end(trace->pmu, thread, phase == BN_PHASE_PREFILL ? phase : BN_PHASE_DECODE, op);
    if (!trace->on) return;
    write_record(t, (struct bn_trace_record){.begin = t->op_begin,
                                             .end = bn_ticks_now(),
                                             .weight_bytes = work->weight_bytes,
                                             .kv_bytes = work->kv_bytes,
                                             .macs = work->macs,
                                             .count = (uint32_t)work->kernel_calls,
                                             .layer = (int16_t)layer,
                                             .kind = BN_TRACE_OP,
                                             .phase = (uint8_t)phase & 63,
                                             .what = (uint8_t)op});
}

static void wait_begin(void *self, int thread)
{
    struct bn_trace *trace = self;
    if (trace->on) trace->threads[thread].wait_begin = bn_ticks_now();
}

static void wait_end(void *self, int thread)
{
    struct bn_trace *trace = self;
    struct bn_trace_thread *t = &trace->threads[thread];
    if (!trace->on) return;
    write_record(t, (struct bn_trace_record){.begin = t->wait_begin,
                                             .end = bn_ticks_now(),
                                             .layer = t->layer,
                                             .kind = BN_TRACE_WAIT,
                                             .phase = t->phase & 63,
                                             .what = t->op});
}

/* The other threads rest between passes: their room is this thread's to prepare. */
static void make_room(struct bn_trace *trace)
{
    size_t need = ((size_t)trace->n_layers * PER_LAYER + PER_PASS) * sizeof(struct bn_trace_record);
    uint64_t begin = bn_ticks_now();
    bool taken = false;
    for (int i = 0; i < trace->n_threads; i++) taken |= bn_room_ahead(&trace->threads[i].records, need);
    if (taken)
        write_record(
            trace->threads,
            (struct bn_trace_record){
                .begin = begin, .end = bn_ticks_now(), .layer = -1, .kind = BN_TRACE_STAGE, .what = BN_STAGE_PROFILER});
}

static void pass_begin(void *self, const struct bn_pass_info *pass)
{
    struct bn_trace *trace = self;
    if (!trace->on) return;
    make_room(trace);
    for (int i = 0; i < trace->n_threads; i++)
        trace->threads[i].layer = -1, trace->threads[i].op = BN_OP_EMBED, trace->threads[i].phase = pass->phase;
    trace->pass_begin = bn_ticks_now();
}

static void pass_end(void *self, const struct bn_pass_info *pass)
{
    struct bn_trace *trace = self;
    if (!trace->on) return;
    write_record(trace->threads, (struct bn_trace_record){.begin = trace->pass_begin,
                                                          .end = bn_ticks_now(),
                                                          .count = (uint32_t)pass->n_rows,
                                                          .layer = -1,
                                                          .kind = BN_TRACE_PASS,
                                                          .phase = (uint8_t)pass->phase & 63});
    if (trace->pass_done) trace->pass_done(trace->self);
}

static void thread_start(void *self, int thread)
{
    struct bn_trace *trace = self;
    if (trace->pmu) bn_pmu_thread(trace->pmu, thread);
    if (trace->thread_started) trace->thread_started(trace->self, thread);
}

void bn_trace_begin(struct bn_trace *trace, enum bn_stage stage)
{
    trace->stage = stage;
    if (trace->on) trace->stage_begin = bn_ticks_now();
}

void bn_trace_end(struct bn_trace *trace)
{
    if (!trace->on) return;
    bn_room_ahead(&trace->threads->records, PER_PASS * sizeof(struct bn_trace_record)); /* a stage may have no pass */
    write_record(trace->threads, (struct bn_trace_record){.begin = trace->stage_begin,
                                                          .end = bn_ticks_now(),
                                                          .layer = -1,
                                                          .kind = BN_TRACE_STAGE,
                                                          .what = (uint8_t)trace->stage});
}

enum bn_status bn_trace_open(struct bn_trace *trace, int n_threads, int n_layers, struct bn_error *err)
{
    *trace = (struct bn_trace){.observer = {.self = trace,
                                            .op_begin = op_begin,
                                            .op_end = op_end,
                                            .pass_begin = pass_begin,
                                            .pass_end = pass_end,
                                            .thread_start = thread_start,
                                            .wait_begin = wait_begin,
                                            .wait_end = wait_end},
                               .n_threads = n_threads,
                               .n_layers = n_layers};
    if (n_threads == 1) trace->observer.wait_begin = trace->observer.wait_end = NULL; /* there is nobody to wait for */
    trace->threads = aligned_alloc(128, (size_t)n_threads * sizeof *trace->threads);
    if (!trace->threads)
        return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory to profile %d threads.", n_threads);
    for (int i = 0; i < n_threads; i++) trace->threads[i] = (struct bn_trace_thread){.layer = -1};
    enum bn_status status = BN_OK;
    for (int i = 0; i < n_threads && !status; i++) status = bn_room_open(&trace->threads[i].records, most_bytes, err);
    if (status) bn_trace_close(trace);
    return status;
}

void bn_trace_close(struct bn_trace *trace)
{
    for (int i = 0; trace->threads && i < trace->n_threads; i++) bn_room_close(&trace->threads[i].records);
    free(trace->threads);
    trace->threads = NULL;
}

uint64_t bn_trace_lost(const struct bn_trace *trace)
{
    uint64_t lost = 0;
    for (int i = 0; i < trace->n_threads; i++) lost += trace->threads[i].n_lost;
    return lost;
}
