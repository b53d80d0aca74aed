/* test_profile.c - the profiler: spans of invented records, of the reference model under an observer of the test's own,
 * and every flag on a planted fault and without it. */
#include "harness/profile/flags.h"
#include "harness/profile/slots.h"
#include "harness/profile/split.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const char path[] = "datasets/reference/b158-i2_s.gguf";

/* ---- the clock ---- */
Test(profile, the_counter_keeps_time_with_the_clock)
{
    struct bn_ticks ticks;
    uint64_t tick;
    int64_t ns;
    bn_ticks_calibrate(&ticks);
    bn_ticks_start(&ticks);
    while (bn_clock_ns() - ticks.start_ns < 100000000) {
    }
    bn_ticks_pair(&tick, &ns);
    cr_expect_lt(fabs(bn_ticks_drift(&ticks, tick, ns)), 1e-3, "%s: %g", ticks.source,
                 bn_ticks_drift(&ticks, tick, ns));
    ticks.ns_per_tick *= 1.01;
    cr_expect_gt(bn_ticks_drift(&ticks, tick, ns), 5e-3, "a wrong rate is seen");
}

/* ---- invented records: ticks are nanoseconds ---- */
struct invented {
    struct bn_trace trace;
    struct bn_ticks ticks;
    struct bn_error err;
};

static void invent(struct invented *i, int n_threads)
{
    *i = (struct invented){.ticks = {.ns_per_tick = 1}};
    cr_assert_eq(bn_trace_open(&i->trace, n_threads, 2, NULL), BN_OK);
}

static void put(struct invented *i, int thread, enum bn_trace_kind kind, int layer, int what, uint64_t begin,
                uint64_t end)
{
    struct bn_trace_record *r = bn_room_take(&i->trace.threads[thread].records, sizeof *r);
    cr_assert(r);
    *r = (struct bn_trace_record){.begin = begin, .end = end, .layer = (int16_t)layer, .phase = BN_PHASE_DECODE};
    r->kind = kind & 3, r->what = (uint8_t)what;
}

/* One step of 1000 ns: a pass from 100 to 900 with an operation, a wait inside it, and a wait after it. */
static void put_step(struct invented *i)
{
    put(i, 0, BN_TRACE_WAIT, 1, BN_OP_GATE_UP, 300, 350);
    put(i, 0, BN_TRACE_OP, 1, BN_OP_GATE_UP, 200, 600);
    put(i, 0, BN_TRACE_WAIT, 1, BN_OP_GATE_UP, 600, 700);
    put(i, 0, BN_TRACE_PASS, -1, 0, 100, 900);
    put(i, 0, BN_TRACE_STAGE, -1, BN_STAGE_DECODE, 0, 1000);
    put(i, 1, BN_TRACE_OP, 1, BN_OP_GATE_UP, 210, 690);
    put(i, 1, BN_TRACE_WAIT, 1, BN_OP_GATE_UP, 690, 700);
}

static int64_t self_of(const struct bn_frames *f, enum bn_frame_kind kind)
{
    int64_t ns = 0;
    for (size_t i = 0; i < f->n; i++) ns += f->at[i].kind == kind ? f->at[i].self_ns : 0;
    return ns;
}

Test(profile, frames_nest_and_their_self_times_add_up)
{
    struct invented i;
    struct bn_frames f;
    invent(&i, 2);
    put_step(&i);
    cr_assert_eq(bn_frames_make(&f, &i.trace, 0, &i.ticks, 1200, &i.err), BN_OK, "%s", i.err.text);
    cr_expect_eq(f.n, 7);
    cr_expect_eq(self_of(&f, BN_FRAME_RUN), 200);
    cr_expect_eq(self_of(&f, BN_FRAME_STAGE), 200);
    cr_expect_eq(self_of(&f, BN_FRAME_PASS), 300);
    cr_expect_eq(self_of(&f, BN_FRAME_LAYER), 0);
    cr_expect_eq(self_of(&f, BN_FRAME_OP), 350);
    cr_expect_eq(self_of(&f, BN_FRAME_WAIT), 150);
    cr_expect_eq(f.at[bn_frames_find(&f, 320)].kind, BN_FRAME_WAIT);
    cr_expect_eq(f.at[bn_frames_find(&f, 250)].kind, BN_FRAME_OP);
    cr_expect_eq(f.at[bn_frames_find(&f, 950)].kind, BN_FRAME_STAGE);
    cr_expect_eq(f.at[bn_frames_find(&f, 1100)].kind, BN_FRAME_RUN);
    bn_frames_release(&f);
    cr_assert_eq(bn_frames_make(&f, &i.trace, 1, &i.ticks, 1200, &i.err), BN_OK, "%s", i.err.text);
    cr_expect_eq(self_of(&f, BN_FRAME_OP), 480, "the other thread has its own operations in the same passes");
    cr_expect_eq(self_of(&f, BN_FRAME_PASS), 310);
    bn_frames_release(&f);
    bn_trace_close(&i.trace);
}

Test(profile, spans_that_overlap_are_refused)
{
    struct invented i;
    struct bn_frames f;
    invent(&i, 1);
    put(&i, 0, BN_TRACE_OP, 0, BN_OP_QKV, 100, 1000000);
    put(&i, 0, BN_TRACE_OP, 0, BN_OP_O, 500000, 1500000);
    put(&i, 0, BN_TRACE_STAGE, -1, BN_STAGE_DECODE, 0, 2000000);
    cr_expect_eq(bn_frames_make(&f, &i.trace, 0, &i.ticks, 2000000, &i.err), BN_ERR_FORMAT);
    cr_expect(strstr(i.err.text, "overlap"));
    bn_trace_close(&i.trace);
}

Test(profile, declared_parts_add_up)
{
    struct bn_split part;
    for (int op = 0; op < BN_OP_COUNT; op++) {
        double sum = 0;
        int n = 0;
        for (; bn_split_part((enum bn_op)op, n, &part); n++) sum += part.share;
        cr_expect(n == 0 || fabs(sum - 1) < 1e-12, "%s: %g", bn_op_name((enum bn_op)op), sum);
    }
    cr_expect(bn_split_part(BN_OP_NORM, 1, &part), "norm and quantisation are one span");
}

/* ---- the reference model, with an observer of the test's own inside the profile's ---- */
struct plant {
    struct bn_observer observer;
    int slow_thread, slow_op; /* -1: none; the thread spins in the operation */
    double slower;            /* for how long, as a part of what the operation took so far */
    int64_t begin_ns[2];
    size_t fresh_pages;            /* touched in each pass of decoding */
    int64_t op_ns[2][BN_OP_COUNT]; /* this observer's own times of decoding */
    uint64_t calls[2][BN_OP_COUNT];
};

static void op_begin(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op)
{
    struct plant *p = self;
    (void)phase, (void)layer, (void)op;
    p->begin_ns[thread] = bn_clock_ns();
}

static void op_end(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op, const struct bn_work *work)
{
    struct plant *p = self;
    int64_t now = bn_clock_ns(), took = now - p->begin_ns[thread];
    (void)layer, (void)work;
    bool slow = (p->slow_thread == thread || p->slow_thread < 0) && p->slow_op == (int)op;
    while (slow && bn_clock_ns() - now < (int64_t)(p->slower * (double)took) + 2000) {
    }
    if (phase != BN_PHASE_DECODE) return;
    p->op_ns[thread][op] += bn_clock_ns() - p->begin_ns[thread];
    p->calls[thread][op]++;
}

static void pass_begin(void *self, const struct bn_pass_info *pass)
{
    struct plant *p = self;
    if (pass->phase != BN_PHASE_DECODE || !p->fresh_pages) return;
    char *fresh = mmap(NULL, p->fresh_pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(fresh != MAP_FAILED && !madvise(fresh, p->fresh_pages * 4096, MADV_NOHUGEPAGE));
    for (size_t i = 0; i < p->fresh_pages; i++) fresh[i * 4096] = 1;
    munmap(fresh, p->fresh_pages * 4096);
}

static const int32_t ids[] = {1, 77, 191, 402, 55, 1024, 9, 300};
enum { N_IDS = sizeof ids / sizeof *ids, NEW = 48 };

static struct bn_profile_wanted wanted_of(struct plant *plant, int threads)
{
    plant->observer =
        (struct bn_observer){.self = plant, .op_begin = op_begin, .op_end = op_end, .pass_begin = pass_begin};
    return (struct bn_profile_wanted){
        .settings = {.session = {.n_threads = threads, .n_ctx = 256, .observer = &plant->observer, .warmup = true},
                     .generator = {.max_new_tokens = NEW, .ignore_eos = true}},
        .ids = ids,
        .n_ids = N_IDS};
}

/* The caller closes both. */
static struct bn_model *profile_it(struct bn_profile *p, const struct bn_profile_wanted *wanted)
{
    struct bn_model *model;
    struct bn_error err;
    setenv("BN_OPTIONS_AS_GIVEN", "1", 1); /* ci/all_options.c */
    cr_assert_eq(bn_model_open(&model, path, &wanted->settings.model, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_profile_open(p, model, wanted, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_profile_run(p, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_flags_find(p, &err), BN_OK, "%s", err.text);
    return model;
}

static const struct bn_profile_flag *flag_of(const struct bn_profile *p, const char *name, const char *where)
{
    for (size_t i = 0; i < p->n_flags; i++)
        if (!strcmp(p->flags[i].name, name) && strstr(p->flags[i].where, where)) return &p->flags[i];
    return NULL;
}

static struct plant no_plant(void) { return (struct plant){.slow_thread = -1, .slow_op = -1}; }

static int64_t whole_ns(const struct bn_frames *f, int phase, int op)
{
    int64_t ns = 0;
    for (size_t i = 0; i < f->n; i++)
        if (f->at[i].kind == BN_FRAME_OP && f->at[i].phase == phase && f->at[i].what == op)
            ns += f->at[i].end_ns - f->at[i].begin_ns;
    return ns;
}

/* How many operations of a thread are longer than the other observer's, inside, by more than the hooks between take. */
static int n_apart(const struct bn_profile *p, const struct plant *plant, int thread)
{
    int apart = 0;
    for (int op = 0; op < BN_OP_COUNT; op++) {
        const struct bn_slot s = bn_profile_sum(p, thread, BN_PHASE_DECODE, -2, op);
        double other = (double)plant->op_ns[thread][op],
               ours = (double)whole_ns(&p->frames[thread], BN_PHASE_DECODE, op);
        cr_expect_eq(s.calls, plant->calls[thread][op], "%s, thread %d", bn_op_name((enum bn_op)op), thread);
        cr_expect_geq(ours, other, "%s, thread %d: ours is the one outside", bn_op_name((enum bn_op)op), thread);
        apart += ours > 1.2 * other + 400.0 * (double)s.calls;
    }
    return apart;
}

Test(profile, spans_cover_the_wall_time_and_agree_with_another_observer)
{
    static struct bn_profile p;
    int apart = 1;
    for (int i = 0; i < 5 && apart; i++) { /* a thread may lose its CPU between the hooks of the two */
        struct plant plant = no_plant();
        const struct bn_profile_wanted wanted = wanted_of(&plant, 2);
        struct bn_model *model = profile_it(&p, &wanted);
        cr_expect_eq(p.n_new, NEW);
        cr_expect_eq(p.n_steps, NEW - 1);
        apart = 0;
        for (int t = 0; t < 2; t++) {
            double covered = (double)bn_profile_covered_ns(&p, t) / (double)p.wall_ns;
            cr_expect(fabs(covered - 1) < 0.01, "thread %d: spans are %.4f of the wall time", t, covered);
            apart += n_apart(&p, &plant, t);
        }
        bn_profile_close(&p);
        bn_model_close(model);
    }
    cr_expect_eq(apart, 0);
}

Test(profile, declared_work_is_the_models)
{
    static struct bn_profile p;
    struct plant plant = no_plant();
    const struct bn_profile_wanted wanted = wanted_of(&plant, 2);
    struct bn_model *model = profile_it(&p, &wanted);
    const struct bn_model_info *info = bn_model_info(model);
    uint64_t bytes = 0, macs = 0, attention = bn_profile_sum(&p, -1, BN_PHASE_DECODE, -2, BN_OP_ATTENTION).macs,
             want = 0;
    for (int op = 0; op < BN_OP_COUNT; op++) {
        const struct bn_slot s = bn_profile_sum(&p, -1, BN_PHASE_DECODE, -2, op);
        bytes += op == BN_OP_EMBED ? 0 : s.weight_bytes;
        macs += op == BN_OP_ATTENTION ? 0 : s.macs;
    }
    cr_expect_eq(bytes, (NEW - 1) * info->weight_bytes_per_token);
    cr_expect_eq(macs, (NEW - 1) * info->macs_per_token);
    for (uint64_t n = N_IDS + 1; n < N_IDS + NEW; n++)
        want += 2 * n * (uint64_t)(info->n_heads * info->head_dim * info->n_layers);
    cr_expect_eq(attention, want, "scores and values of every position");
    bn_profile_close(&p);
    bn_model_close(model);
}

static void sum_up(void *self, const char *stack, double ns)
{
    (void)stack;
    *(double *)self += ns;
}

Test(profile, folded_stacks_add_up_to_the_wall_time)
{
    static struct bn_profile p;
    struct plant plant = no_plant();
    const struct bn_profile_wanted wanted = wanted_of(&plant, 2);
    struct bn_model *model = profile_it(&p, &wanted);
    double sum = 0;
    bn_profile_fold(&p, sum_up, &sum);
    cr_expect(fabs(sum / (double)p.wall_ns - 1) < 0.01, "%g of %lld", sum, (long long)p.wall_ns);
    bn_profile_close(&p);
    bn_model_close(model);
}

/* ---- flags on planted faults ---- */
/* Whether a flag fires in one of five runs (`fires`), or is silent in one of five: another program may disturb a run.
 */
static bool comes_out(struct plant *plant, const char *backend, const char *flag, const char *where, bool fires)
{
    static struct bn_profile p;
    struct bn_profile_wanted wanted = wanted_of(plant, 2);
    bool as_wanted = false;
    wanted.settings.model.kernel_backend = backend;
    for (int i = 0; i < 5 && !as_wanted; i++) {
        struct bn_model *model = profile_it(&p, &wanted);
        const struct bn_profile_flag *f = flag_of(&p, flag, where);
        as_wanted = (f != NULL) == fires;
        if (f) cr_expect(f->evidence[0] && f->hint[0] && f->value > f->limit - 1e-9, "%s: %s", flag, f->evidence);
        bn_profile_close(&p);
        bn_model_close(model);
    }
    return as_wanted;
}

Test(profile, a_slow_thread_is_an_imbalance)
{
    struct plant none = no_plant(), slow = no_plant();
    slow.slow_thread = 1, slow.slow_op = BN_OP_GATE_UP, slow.slower = 1;
    cr_expect(comes_out(&slow, "auto", "imbalance", "decode, gate_up", true));
    cr_expect(comes_out(&none, "auto", "imbalance", "decode, gate_up", false));
}

Test(profile, long_norms_are_a_flag)
{
    struct plant none = no_plant(), slow = no_plant();
    slow.slow_op = BN_OP_NORM, slow.slower = 20;
    cr_expect(comes_out(&slow, "auto", "norm_share", "decode", true));
    cr_expect(comes_out(&none, "auto", "norm_share", "prefill", false));
}

Test(profile, page_faults_in_decode_are_a_flag)
{
    struct plant none = no_plant(), faults = no_plant();
    faults.fresh_pages = 3;
    cr_expect(comes_out(&faults, "auto", "page_faults", "decode", true));
    cr_expect(comes_out(&none, "auto", "page_faults", "decode", false));
}

Test(profile, weaker_kernels_are_a_flag)
{
    struct plant none = no_plant();
    const char *names[32];
    size_t n = bn_kernel_backends(names, 32);
    if (n > 1) cr_expect(comes_out(&none, "ref", "dispatch", "all phases", true));
    cr_expect(comes_out(&none, "generic", "dispatch", "all phases", true));
    cr_expect(comes_out(&none, "auto", "dispatch", "all phases", false));
}

/* The reference model fits into any cache: the machine is invented. */
Test(profile, memory_bound_is_judged_by_the_bandwidth)
{
    static struct bn_profile p;
    char where[48];
    struct plant plant = no_plant();
    const struct bn_profile_wanted wanted = wanted_of(&plant, 2);
    struct bn_model *model = profile_it(&p, &wanted);
    enum bn_op op = BN_OP_QKV; /* the largest that reads weights */
    for (int i = 0; i < BN_OP_COUNT; i++)
        if (bn_profile_sum(&p, -1, BN_PHASE_DECODE, -2, i).weight_bytes &&
            bn_flag_share(&p, BN_PHASE_DECODE, (enum bn_op)i) > bn_flag_share(&p, BN_PHASE_DECODE, op))
            op = (enum bn_op)i;
    snprintf(where, sizeof where, "decode, %s", bn_op_name(op));
    double reached = bn_profile_reach(&p, BN_PHASE_DECODE, op).bytes_per_s;
    cr_assert_gt(reached, 0);
    cr_expect(!flag_of(&p, "memory_bound", ""), "an unmeasured machine has no bounds");
    p.cache_bytes = 0;
    const struct {
        double share, peak;
        bool fires;
    } cases[] = {{0.8, NAN, true}, {0.5, NAN, false}, {0.8, 1e15, true}, {0.8, 1, false}};
    for (int i = 0; i < 4; i++) {
        p.bandwidth = reached / cases[i].share, p.peak = cases[i].peak;
        cr_assert_eq(bn_flags_find(&p, NULL), BN_OK);
        cr_expect_eq(flag_of(&p, "memory_bound", where) != NULL, cases[i].fires, "case %d", i);
    }
    p.cache_bytes = 1u << 30, p.bandwidth = reached / 0.8, p.peak = 1e15;
    cr_assert_eq(bn_flags_find(&p, NULL), BN_OK);
    cr_expect(!flag_of(&p, "memory_bound", ""), "what a cache holds is not read from memory");
    const struct bn_reach r = bn_profile_reach(&p, BN_PHASE_DECODE, op);
    cr_expect(isnan(r.memory) && strstr(r.reason, "last-level cache"), "%s", r.reason);
    bn_profile_close(&p);
    bn_model_close(model);
}

Test(profile, limits_are_where_they_are_said_to_be)
{
    static struct bn_profile p;
    struct plant plant = no_plant();
    const struct bn_profile_wanted wanted = wanted_of(&plant, 1);
    struct bn_model *model = profile_it(&p, &wanted);
    for (int more = 0; more < 2; more++) {
        p.clamped[3] = (struct bn_clamped){.clamped = 50 + (uint64_t)more, .quantized = 1000};
        p.faults[BN_PHASE_DECODE] = more ? (int64_t)p.n_steps : (int64_t)p.n_steps / 2 - 1;
        cr_assert_eq(bn_flags_find(&p, NULL), BN_OK);
        cr_expect_eq(flag_of(&p, "overflow", "layer 03") != NULL, more == 1);
        cr_expect_eq(flag_of(&p, "page_faults", "decode") != NULL, more == 1);
    }
    bn_profile_close(&p);
    bn_model_close(model);
}

/* ---- sampling ---- */
static const char *no_name(void *self, uint64_t address)
{
    (void)self;
    return address ? "f" : NULL;
}

static void samples_fall_into_spans(enum bn_stacks_method method)
{
    static struct bn_profile p;
    struct plant plant = no_plant();
    struct bn_profile_wanted wanted = wanted_of(&plant, 2);
    wanted.samples_hz = 2000, wanted.method = method, wanted.settings.generator.max_new_tokens = 200;
    struct bn_model *model = profile_it(&p, &wanted);
    cr_assert_eq(bn_stacks_name(&p.stacks, &p, no_name, NULL, NULL), BN_OK);
    cr_expect_gt(p.stacks.n_samples, 20, "%llu: %s", (unsigned long long)p.stacks.n_samples, p.stacks.said);
    cr_expect_eq(p.stacks.n_lost, 0);
    cr_expect_eq(p.stacks.n_unsampled, 0);
    bool deep = false, placed = false;
    for (size_t i = 0; i < p.stacks.n_counts; i++) {
        deep |= strstr(p.stacks.counts[i].stack, ";f;f;f;f") != NULL;
        placed |= !strncmp(p.stacks.counts[i].stack, "decode;gate_up;f", 16);
    }
    cr_expect(deep, "stacks have callers");
    cr_expect(placed, "samples fall into operations");
    bn_profile_close(&p);
    bn_model_close(model);
}

#if !defined(__SANITIZE_THREAD__)
Test(profile, a_timer_signal_samples_stacks) { samples_fall_into_spans(BN_STACKS_SIGNAL); }
#endif

Test(profile, the_kernel_samples_stacks)
{
    struct bn_stacks s;
    struct bn_error err;
    enum bn_status status = bn_stacks_open(&s, BN_STACKS_PERF, 99, 1, &err);
    bn_stacks_close(&s);
    if (status == BN_ERR_UNSUPPORTED)
        cr_skip_test("%s", err.text);
    else
        samples_fall_into_spans(BN_STACKS_PERF);
}

/* ---- what it costs ---- */
static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct cost {
    double ratio; /* of times with and without the profile's observer, median of pairs */
    double ns;    /* their difference for each span, median of pairs */
};

/* The same tokens through two sessions of one model in turns, with the observer and without any. */
static struct cost cost_of(const struct bn_model *model, size_t n_tokens, int pairs)
{
    static struct bn_trace trace;
    struct bn_session *s[2];
    int32_t tokens[256];
    double *ratio = calloc((size_t)pairs, sizeof *ratio), *ns = calloc((size_t)pairs, sizeof *ns);
    for (int i = 0; i < 256; i++) tokens[i] = 1 + i % 99;
    cr_assert_eq(bn_trace_open(&trace, 1, bn_model_info(model)->n_layers, NULL), BN_OK);
    for (int i = 0; i < 2; i++) {
        const struct bn_session_options options = {.n_threads = 1,
                                                   .n_ctx = 256,
                                                   .fixed_threads = true,
                                                   .warmup = true,
                                                   .observer = i ? &trace.observer : NULL};
        cr_assert_eq(bn_session_open(&s[i], model, &options, NULL), BN_OK);
    }
    trace.on = true;
    for (int k = 0; k < pairs; k++) {
        int64_t took[2];
        size_t before = trace.threads->records.used;
        for (int turn = 0; turn < 2; turn++) {
            int i = (k & 1) ^ turn;
            if (bn_session_position(s[i]) + (int)n_tokens > 200) bn_session_truncate(s[i], 0);
            int64_t begin = bn_clock_ns();
            cr_assert_eq(bn_prefill(s[i], tokens, n_tokens, NULL), BN_OK);
            took[i] = bn_clock_ns() - begin;
        }
        size_t spans = (trace.threads->records.used - before) / sizeof(struct bn_trace_record);
        ratio[k] = (double)took[1] / (double)took[0], ns[k] = (double)(took[1] - took[0]) / (double)spans;
    }
    qsort(ratio, (size_t)pairs, sizeof *ratio, by_size), qsort(ns, (size_t)pairs, sizeof *ns, by_size);
    const struct cost c = {ratio[pairs / 2], ns[pairs / 2]};
    for (int i = 0; i < 2; i++) bn_session_close(s[i]);
    bn_trace_close(&trace);
    free(ratio), free(ns);
    return c;
}

/* Of a pass of 64 tokens, and for each span of a step: the reference model decodes a token in a third of a millisecond,
 * of which 80 spans are a larger part than of any model that is worth profiling. */
Test(profile, recording_costs_less_than_one_percent)
{
    struct bn_model *model;
    struct cost pass = {.ratio = 2}, step = {.ns = 1e9};
    cr_assert_eq(bn_model_open(&model, path, NULL, NULL), BN_OK);
    for (int i = 0; i < 5 && !(pass.ratio < 1.01); i++) pass = cost_of(model, 64, 40);
    for (int i = 0; i < 5 && !(step.ns < 250); i++) step = cost_of(model, 1, 300);
    cr_expect_lt(pass.ratio, 1.01, "a pass of 64 tokens: %+.2f %%", 100 * (pass.ratio - 1));
    cr_expect_lt(step.ns, 250, "a step: %.0f ns for each span, %+.2f %%", step.ns, 100 * (step.ratio - 1));
    cr_expect_gt(pass.ratio, 0.95);
    bn_model_close(model);
}
