/* pmu.c - groups of events per thread, and what they counted per phase and operation. */
#include "harness/pmu/pmu.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct line {
    int group;
    const char *name, *source, *spec;
} lines[] = {
#define EVENT(group, name, source, spec) {group, #name, #source, spec},
#include "harness/pmu/events.list"
#undef EVENT
};
enum {
    N_LINES = sizeof lines / sizeof *lines,
    N_GROUPS = 8,
    N_PHASES = 2,
    N_TARGETS = BN_OP_COUNT + 1,
    WHOLE = BN_OP_COUNT
};

/* One group on one thread. Events of a group appear in the kernel's answer in the order they were opened. */
struct group {
    int leader, n_events;
    int handle[BN_PMU_MAX_GROUP], line[BN_PMU_MAX_GROUP];
    struct bn_pmu_reading at_start, at_op;
};
struct sum {
    double value;
    uint64_t enabled, running;
};
struct counted_thread {
    bool attached;
    struct group groups[N_GROUPS];
    struct sum sums[N_PHASES][N_TARGETS][N_LINES];
    char reason[N_LINES][BN_PMU_REASON];
    bool refused[N_LINES]; /* it could be this CPU's event, and did not open */
};
struct bn_pmu {
    const struct bn_pmu_backend *backend;
    int n_threads, active; /* active: hardware group being counted; 0: none */
    struct counted_thread *threads;
    int64_t n_tokens[N_PHASES][N_GROUPS]; /* tokens that the group's sums cover */
};

enum bn_status bn_pmu_open(struct bn_pmu **out, const struct bn_pmu_backend *backend, int n_threads,
                           struct bn_error *err)
{
    struct bn_pmu *p = calloc(1, sizeof *p);
    if (p) p->threads = calloc((size_t)n_threads, sizeof *p->threads);
    if (!p || !p->threads)
        return free(p), bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for the counters of %d threads.", n_threads);
    p->backend = backend;
    p->n_threads = n_threads;
    *out = p;
    return BN_OK;
}

void bn_pmu_close(struct bn_pmu *p)
{
    if (!p) return;
    for (int t = 0; t < p->n_threads; t++)
        for (int g = 0; g < N_GROUPS; g++)
            for (int e = p->threads[t].groups[g].n_events - 1; e >= 0; e--)
                p->backend->close(p->backend->self, p->threads[t].groups[g].handle[e]);
    free(p->threads);
    free(p);
}

static bool have(const struct group *g, const char *name)
{
    for (int e = 0; e < g->n_events; e++)
        if (!strcmp(lines[g->line[e]].name, name)) return true;
    return false;
}

void bn_pmu_thread(struct bn_pmu *p, int thread)
{
    struct counted_thread *l = &p->threads[thread];
    l->attached = true;
    for (int i = 0; i < N_LINES; i++) {
        struct group *g = &l->groups[lines[i].group];
        if (have(g, lines[i].name) || g->n_events == BN_PMU_MAX_GROUP) continue;
        int handle = p->backend->open(p->backend->self, lines[i].spec, g->n_events ? g->leader : -1, l->reason[i]);
        l->refused[i] = handle == BN_PMU_REFUSED;
        if (handle < 0) continue;
        if (!g->n_events) g->leader = handle;
        g->line[g->n_events] = i;
        g->handle[g->n_events++] = handle;
    }
}

/* The number of the n-th hardware group with an event (on thread 0), 0 if there is none. */
static int usable(const struct bn_pmu *p, int n)
{
    for (int g = 1; g < N_GROUPS; g++)
        if (p->threads[0].groups[g].n_events && --n == 0) return g;
    return 0;
}

int bn_pmu_groups(const struct bn_pmu *p)
{
    int n = 0;
    while (usable(p, n + 1)) n++;
    return n;
}

static bool counting(const struct bn_pmu *p, int g) { return g == 0 || g == p->active; }

static bool read_now(struct bn_pmu *p, struct group *g, struct bn_pmu_reading *r)
{
    return g->n_events && p->backend->read(p->backend->self, g->leader, g->n_events, r);
}

static void add(struct counted_thread *l, const struct group *g, int phase, int target,
                const struct bn_pmu_reading *from, const struct bn_pmu_reading *to)
{
    for (int e = 0; e < g->n_events; e++) {
        struct sum *s = &l->sums[phase][target][g->line[e]];
        s->value += (double)(to->value[e] - from->value[e]);
        s->enabled += to->enabled - from->enabled;
        s->running += to->running - from->running;
    }
}

static void switch_all(struct bn_pmu *p, bool on)
{
    for (int t = 0; t < p->n_threads; t++)
        for (int g = 0; g < N_GROUPS; g++)
            if (counting(p, g) && p->threads[t].groups[g].n_events)
                p->backend->enable(p->backend->self, p->threads[t].groups[g].leader, on);
}

void bn_pmu_start(struct bn_pmu *p, int n)
{
    p->active = usable(p, n);
    for (int t = 0; t < p->n_threads; t++)
        for (int g = 0; g < N_GROUPS; g++)
            if (counting(p, g)) read_now(p, &p->threads[t].groups[g], &p->threads[t].groups[g].at_start);
    switch_all(p, true);
}

void bn_pmu_stop(struct bn_pmu *p, enum bn_phase phase, int n_tokens)
{
    switch_all(p, false);
    for (int g = 0; g < N_GROUPS; g++) {
        if (!counting(p, g)) continue;
        p->n_tokens[phase][g] += n_tokens;
        for (int t = 0; t < p->n_threads; t++) {
            struct bn_pmu_reading now;
            struct group *group = &p->threads[t].groups[g];
            if (n_tokens && read_now(p, group, &now))
                add(&p->threads[t], group, (int)phase, WHOLE, &group->at_start, &now);
        }
    }
}

void bn_pmu_op_begin(struct bn_pmu *p, int thread)
{
    for (int g = 0; g < N_GROUPS; g++)
        if (counting(p, g)) read_now(p, &p->threads[thread].groups[g], &p->threads[thread].groups[g].at_op);
}

void bn_pmu_op_end(struct bn_pmu *p, int thread, enum bn_phase phase, enum bn_op op)
{
    for (int g = 0; g < N_GROUPS; g++) {
        struct group *group = &p->threads[thread].groups[g];
        struct bn_pmu_reading now;
        if (counting(p, g) && read_now(p, group, &now))
            add(&p->threads[thread], group, (int)phase, (int)op, &group->at_op, &now);
    }
}

/* ---- results ---- */
struct report {
    struct bn_pmu *pmu;
    void (*take)(void *self, const struct bn_counter *counter);
    void *self;
    int phase, line;
};

static void give(const struct report *r, int target, int thread, double value, bool scaled, const char *reason)
{
    const struct bn_pmu *p = r->pmu;
    r->take(r->self, &(struct bn_counter){.phase = r->phase == BN_PHASE_PREFILL ? "prefill" : "decode",
                                          .op = target == WHOLE ? "" : bn_op_name((enum bn_op)target),
                                          .name = lines[r->line].name,
                                          .source = p->backend->source ? p->backend->source : lines[r->line].source,
                                          .thread = thread,
                                          .value = value,
                                          .scaled = scaled,
                                          .reason = reason,
                                          .n_tokens = p->n_tokens[r->phase][lines[r->line].group]});
}

/* value * enabled / running when the kernel had to take turns. Running 0: it never counted. */
static bool total(const struct sum *s, double *value, bool *scaled)
{
    if (s->enabled && !s->running) return false;
    bool shared = s->running && s->running < s->enabled - s->enabled / 1000;
    *value += shared ? s->value * (double)s->enabled / (double)s->running : s->value;
    *scaled |= shared;
    return true;
}

static bool opened(const struct counted_thread *l, int line)
{
    const struct group *g = &l->groups[lines[line].group];
    for (int e = 0; e < g->n_events; e++)
        if (g->line[e] == line) return true;
    return false;
}

static void report_target(const struct report *r, int target)
{
    double all = 0;
    bool scaled = false, ran = true;
    struct bn_pmu *p = r->pmu;
    for (int t = 0; t < p->n_threads; t++) {
        double one = 0;
        bool one_scaled = false;
        const struct sum *s = &p->threads[t].sums[r->phase][target][r->line];
        if (!opened(&p->threads[t], r->line) || !total(s, &one, &one_scaled)) {
            ran = false;
            continue;
        }
        all += one, scaled |= one_scaled;
        if (p->n_threads > 1 && target == WHOLE) give(r, target, t, one, one_scaled, NULL);
    }
    if (ran)
        give(r, target, -1, all, scaled, NULL);
    else if (target == WHOLE)
        give(r, target, -1, 0, false, "The PMU never scheduled this event on some thread.");
}

/* The line that represents a name: the one that opened on thread 0, else the first. Then the reason is that of the
 * first event that this CPU would have, and not that of another family's. */
static bool stands(const struct bn_pmu *p, int line, const char **reason)
{
    const struct counted_thread *l = &p->threads[0];
    int told = -1;
    *reason = NULL;
    if (opened(l, line)) return true;
    for (int i = 0; i < N_LINES; i++) {
        if (strcmp(lines[i].name, lines[line].name)) continue;
        if (i < line || opened(l, i)) return false;
        if (told < 0 || (l->refused[i] && !l->refused[told])) told = i;
    }
    *reason = l->reason[told][0] ? l->reason[told] : "no thread was attached";
    return true;
}

static bool op_counted(const struct bn_pmu *p, int phase, int op, int line)
{
    for (int t = 0; t < p->n_threads; t++)
        if (p->threads[t].sums[phase][op][line].enabled) return true;
    return false;
}

void bn_pmu_each(struct bn_pmu *p, void (*take)(void *self, const struct bn_counter *counter), void *self)
{
    struct report r = {.pmu = p, .take = take, .self = self};
    const char *reason;
    for (r.phase = 0; r.phase < N_PHASES; r.phase++)
        for (r.line = 0; r.line < N_LINES; r.line++) {
            if (!p->n_tokens[r.phase][0] || !stands(p, r.line, &reason)) continue;
            if (reason) {
                give(&r, WHOLE, -1, 0, false, reason);
                continue;
            }
            report_target(&r, WHOLE);
            for (int op = 0; op < BN_OP_COUNT; op++)
                if (op_counted(p, r.phase, op, r.line)) report_target(&r, op);
        }
}
