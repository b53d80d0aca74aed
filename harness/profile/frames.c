/* frames.c - sorts the records of a thread, closes layers around their operations, and nests everything. */
#include "harness/profile/frames.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <stdlib.h>

struct making {
    const struct bn_ticks *ticks;
    int64_t end_ns;
};

static int64_t ns_of(const struct making *m, uint64_t tick)
{
    double ns = (double)(int64_t)(tick - m->ticks->start_tick) * m->ticks->ns_per_tick;
    return ns < 0 ? 0 : ns > (double)m->end_ns ? m->end_ns : (int64_t)ns;
}

static enum bn_frame_kind kind_of(const struct bn_trace_record *r)
{
    static const enum bn_frame_kind kinds[] = {BN_FRAME_STAGE, BN_FRAME_PASS, BN_FRAME_OP, BN_FRAME_WAIT};
    return kinds[r->kind];
}

static struct bn_frame frame_of(const struct making *m, const struct bn_trace_record *r)
{
    return (struct bn_frame){.begin_ns = ns_of(m, r->begin),
                             .end_ns = ns_of(m, r->end),
                             .weight_bytes = r->weight_bytes,
                             .kv_bytes = r->kv_bytes,
                             .macs = r->macs,
                             .count = r->count,
                             .layer = r->layer,
                             .kind = (uint8_t)kind_of(r),
                             .phase = r->phase,
                             .what = r->what};
}

/* Earlier first; of those that begin together the longer one, which holds the other. */
static int by_begin(const void *a, const void *b)
{
    const struct bn_frame *x = a, *y = b;
    if (x->begin_ns != y->begin_ns) return x->begin_ns < y->begin_ns ? -1 : 1;
    if (x->end_ns != y->end_ns) return x->end_ns > y->end_ns ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

static size_t n_records(const struct bn_trace *trace, int thread)
{
    return trace->threads[thread].records.used / sizeof(struct bn_trace_record);
}

/* Operations and waits of the thread, and stages and passes of the calling one. */
static size_t collect(struct bn_frame *out, const struct making *m, const struct bn_trace *trace, int thread)
{
    size_t n = 0;
    for (int from = 0; from <= thread; from += thread ? thread : 1) {
        const struct bn_trace_record *r = (const void *)trace->threads[from].records.at;
        for (size_t i = 0; i < n_records(trace, from); i++) {
            bool around = r[i].kind == BN_TRACE_STAGE || r[i].kind == BN_TRACE_PASS;
            if (around ? from == 0 : from == thread) out[n++] = frame_of(m, &r[i]);
        }
    }
    return n;
}

/* A layer's frame begins with its first operation and ends with its last wait. `out` has room for twice as many. */
static size_t add_layers(struct bn_frame *out, size_t n)
{
    size_t all = n, open = 0;
    for (size_t i = 0; i < n; i++) {
        bool inside = (out[i].kind == BN_FRAME_OP || out[i].kind == BN_FRAME_WAIT) && out[i].layer >= 0;
        if (!inside && out[i].kind != BN_FRAME_PASS) continue;
        if (!inside || !open || out[open].layer != out[i].layer) open = 0;
        if (!inside) continue;
        if (!open) {
            open = all++;
            out[open] = (struct bn_frame){
                .begin_ns = out[i].begin_ns, .layer = out[i].layer, .kind = BN_FRAME_LAYER, .phase = out[i].phase};
        }
        if (out[i].end_ns > out[open].end_ns) out[open].end_ns = out[i].end_ns;
    }
    return all;
}

/* Gives each its parent and cuts what sticks out of it: clocks of two CPUs may differ by some nanoseconds. */
static bool nest(struct bn_frame *at, size_t n)
{
    enum { SKEW_NS = 100000 };
    uint32_t open = 0;
    at[0].parent = 0, at[0].self_ns = at[0].end_ns;
    for (size_t i = 1; i < n; i++) {
        while (open && at[open].end_ns <= at[i].begin_ns) open = at[open].parent;
        struct bn_frame *f = &at[i], *parent = &at[open];
        if (f->end_ns > parent->end_ns + SKEW_NS || parent->kind == BN_FRAME_WAIT || parent->depth > 8) return false;
        if (f->end_ns > parent->end_ns) f->end_ns = parent->end_ns;
        f->parent = open, f->depth = (uint8_t)(parent->depth + 1), f->self_ns = f->end_ns - f->begin_ns;
        parent->self_ns -= f->self_ns;
        open = (uint32_t)i;
    }
    return true;
}

enum bn_status bn_frames_make(struct bn_frames *frames, const struct bn_trace *trace, int thread,
                              const struct bn_ticks *ticks, uint64_t end, struct bn_error *err)
{
    const struct making m = {ticks, (int64_t)((double)(end - ticks->start_tick) * ticks->ns_per_tick)};
    size_t most = n_records(trace, 0) + (thread ? n_records(trace, thread) : 0);
    *frames = (struct bn_frames){.at = malloc((2 * most + 1) * sizeof *frames->at)};
    if (!frames->at || most > UINT32_MAX / 2)
        return bn_frames_release(frames),
               bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for %zu spans; generate fewer tokens.",
                               most);
    frames->at[0] = (struct bn_frame){.end_ns = m.end_ns, .layer = -1, .kind = BN_FRAME_RUN};
    frames->n = 1 + collect(frames->at + 1, &m, trace, thread);
    qsort(frames->at + 1, frames->n - 1, sizeof *frames->at, by_begin);
    frames->n = add_layers(frames->at, frames->n);
    qsort(frames->at + 1, frames->n - 1, sizeof *frames->at, by_begin);
    if (nest(frames->at, frames->n)) return BN_OK;
    bn_frames_release(frames);
    return bn_harness_fail(err, BN_ERR_FORMAT, "Spans of thread %d overlap without nesting; please report this.",
                           thread);
}

void bn_frames_release(struct bn_frames *frames)
{
    free(frames->at);
    *frames = (struct bn_frames){0};
}

size_t bn_frames_find(const struct bn_frames *frames, int64_t ns)
{
    size_t low = 0, high = frames->n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(frames->at[middle].begin_ns <= ns ? &low : &high) = middle;
    }
    while (low && frames->at[low].end_ns <= ns) low = frames->at[low].parent;
    return low;
}

const char *bn_frame_name(const struct bn_frame *f, char name[BN_FRAME_NAME])
{
    static const char *const phases[] = {"prefill", "decode", "verify"};
    switch (f->kind) {
    case BN_FRAME_STAGE:
        snprintf(name, BN_FRAME_NAME, "%s", bn_stage_name((enum bn_stage)f->what));
        break;
    case BN_FRAME_PASS:
        snprintf(name, BN_FRAME_NAME, "%s pass", phases[f->phase]);
        break;
    case BN_FRAME_LAYER:
        snprintf(name, BN_FRAME_NAME, "layer %02d", f->layer);
        break;
    case BN_FRAME_OP:
        snprintf(name, BN_FRAME_NAME, "%s", bn_op_name((enum bn_op)f->what));
        break;
    case BN_FRAME_WAIT:
        snprintf(name, BN_FRAME_NAME, "wait (%s)", bn_op_name((enum bn_op)f->what));
        break;
    default:
        snprintf(name, BN_FRAME_NAME, "run");
    }
    return name;
}

const char *bn_frame_rest(const struct bn_frame *f, int thread)
{
    switch (f->kind) {
    case BN_FRAME_RUN:
        return "between stages";
    case BN_FRAME_STAGE:
        return thread ? "idle" : f->what == BN_STAGE_PREFILL || f->what == BN_STAGE_DECODE ? "outside passes" : NULL;
    case BN_FRAME_PASS:
        return "between layers";
    case BN_FRAME_LAYER:
        return "between operations";
    default:
        return NULL;
    }
}
