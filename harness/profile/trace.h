/* trace.h - the profiler's observer: when each operation and each wait of every thread began and ended, with the
 * declared work, and the passes and stages around them on the calling thread. A record costs two readings of the clock
 * and one store of 48 bytes.
 *
 *   bn_trace_open(&trace, n_threads, n_layers, &err);
 *   options.observer = &trace.observer;               // the trace must stay where it is
 *   trace.on = true;
 *   bn_trace_begin(&trace, BN_STAGE_PREFILL); ... bn_trace_end(&trace);
 */
#ifndef BN_PROFILE_TRACE_H
#define BN_PROFILE_TRACE_H
#include "harness/pmu/pmu.h"
#include "harness/profile/room.h"
#include "harness/profile/ticks.h"

/* What the calling thread is at, in the order of a run. */
enum bn_stage {
    BN_STAGE_TOKENIZE,
    BN_STAGE_OPEN,     /* of the generator */
    BN_STAGE_PREFILL,  /* the pass or passes of the prompt */
    BN_STAGE_DECODE,   /* one step: draft and pass */
    BN_STAGE_CHOOSE,   /* the next token of the logits, its text */
    BN_STAGE_PROFILER, /* the profiler itself: room for records, inside another stage */
    BN_STAGE_COUNT
};
const char *bn_stage_name(enum bn_stage stage);

enum bn_trace_kind { BN_TRACE_STAGE, BN_TRACE_PASS, BN_TRACE_OP, BN_TRACE_WAIT };
struct bn_trace_record {
    uint64_t begin, end; /* ticks */
    uint64_t weight_bytes, kv_bytes, macs;
    uint32_t count; /* calls of kernels in an operation; rows of a pass */
    int16_t layer;  /* -1: embedding and head */
    uint8_t kind : 2, phase : 6;
    uint8_t what; /* enum bn_op (of a wait: the operation before it, or around it) or enum bn_stage */
};

struct bn_trace_thread {
    uint64_t op_begin, wait_begin;
    struct bn_room records; /* of struct bn_trace_record, by their ends */
    uint64_t n_lost;
    int16_t layer;
    uint8_t op, phase;
} __attribute__((aligned(128))); /* a thread writes into no line of another */

struct bn_trace {
    struct bn_observer observer;
    bool on;                         /* record times */
    struct bn_pmu *pmu;              /* or NULL; set before the session opens */
    bool count;                      /* count its events for each operation instead of recording */
    struct bn_trace_thread *threads; /* [n_threads] */
    int n_threads, n_layers;
    uint64_t stage_begin, pass_begin;
    enum bn_stage stage;
    void (*thread_started)(void *self, int thread); /* on that thread, to sample it; or NULL */
    void (*pass_done)(void *self);                  /* on the calling thread; or NULL */
    void *self;
};
enum bn_status bn_trace_open(struct bn_trace *trace, int n_threads, int n_layers, struct bn_error *err);
void bn_trace_close(struct bn_trace *trace);
/* Calling thread only; stages do not nest. Nothing while `on` is false. */
void bn_trace_begin(struct bn_trace *trace, enum bn_stage stage);
void bn_trace_end(struct bn_trace *trace);
uint64_t bn_trace_lost(const struct bn_trace *trace); /* records that found no room: the trace is incomplete */
#endif
