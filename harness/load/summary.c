/* summary.c - from what each client saw to figures. */
#include "harness/load/summary.h"
#include "harness/core/error.h"
#include "harness/core/fnv.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
    double *x;
    size_t n;
    bool failed; /* without memory */
};

static void add(struct list *l, double x)
{
    double *more = l->n & (l->n - 1) ? l->x : realloc(l->x, (l->n ? 2 * l->n : 1) * sizeof *more);
    if (!more) l->failed = true;
    if (more) l->x = more, l->x[l->n++] = x;
}

static struct bn_load_figures figures(struct list *l)
{
    enum { LEAST_90 = 64, LEAST_99 = 662 };
    const double none = (double)NAN;
    struct bn_load_figures f = {l->n, none, none, none, none, none};
    if (!l->n) return f;
    bn_sample_sort(l->x, l->n);
    f.mean = bn_sample_mean(l->x, l->n);
    f.p50 = bn_sample_quantile_sorted(l->x, l->n, 0.5);
    if (l->n >= LEAST_90) f.p90 = bn_sample_quantile_sorted(l->x, l->n, 0.9);
    if (l->n >= LEAST_99) f.p99 = bn_sample_quantile_sorted(l->x, l->n, 0.99);
    f.max = l->x[l->n - 1];
    return f;
}

int64_t bn_load_ttft_ns(const struct bn_load_result *r) { return r->n_events ? r->events[0].at_ns - r->start_ns : 0; }

/* NAN: fewer than two events. */
static double tpot_ns(const struct bn_load_result *r)
{
    int64_t after = r->n_events > 1 ? r->tokens - r->events[0].n_tokens : 0;
    return after > 0 ? (double)(r->events[r->n_events - 1].at_ns - r->events[0].at_ns) / (double)after : (double)NAN;
}

static double longest_gap_ns(const struct bn_load_result *r)
{
    int64_t most = 0;
    for (size_t i = 1; i < r->n_events; i++) {
        int64_t gap = r->events[i].at_ns - r->events[i - 1].at_ns;
        if (gap > most) most = gap;
    }
    return (double)most;
}

static bool is_good(const struct bn_load_result *r, const struct bn_load_slo *slo)
{
    if (r->outcome != BN_LOAD_COMPLETE || !r->n_events) return false;
    return !(slo->ttft_ms > 0 && (double)bn_load_ttft_ns(r) > 1e6 * slo->ttft_ms) &&
           !(slo->itl_ms > 0 && longest_gap_ns(r) > 1e6 * slo->itl_ms) &&
           !(slo->tpot_ms > 0 && tpot_ns(r) > 1e6 * slo->tpot_ms);
}

struct lists { /* of one manner */
    struct list ttft, itl, tpot, e2e;
};

static void add_times(struct lists *l, const struct bn_load_result *r)
{
    if (r->outcome != BN_LOAD_COMPLETE) return;
    add(&l->e2e, (double)(r->end_ns - r->start_ns));
    if (r->n_events) add(&l->ttft, (double)bn_load_ttft_ns(r));
    for (size_t i = 1; i < r->n_events; i++) add(&l->itl, (double)(r->events[i].at_ns - r->events[i - 1].at_ns));
    if (r->n_events > 1) add(&l->tpot, tpot_ns(r));
}

static void add_reason(struct bn_load_summary *s, const struct bn_load_result *r)
{
    if (r->outcome == BN_LOAD_COMPLETE || r->outcome == BN_LOAD_VANISHED) return;
    for (size_t i = 0; i < s->n_reasons; i++)
        if (s->reasons[i].outcome == r->outcome && !strcmp(s->reasons[i].text, r->reason)) {
            s->reasons[i].n++;
            return;
        }
    if (s->n_reasons < BN_LOAD_REASONS) s->reasons[s->n_reasons++] = (struct bn_load_reason){r->outcome, 1, r->reason};
}

int64_t bn_load_tokens(const struct bn_load_run *run)
{
    int64_t n = 0;
    for (size_t i = 0; i < run->n; i++)
        for (size_t j = 0; j < run->results[i]->n_events; j++) {
            const struct bn_load_event *e = &run->results[i]->events[j];
            if (e->at_ns >= run->begin_ns && e->at_ns < run->end_ns) n += e->n_tokens;
        }
    return n;
}

static void add_run(struct bn_load_summary *s, struct lists lists[BN_LOAD_MANNERS], struct list *late,
                    const struct bn_load_run *run, const struct bn_load_plan *plan, const struct bn_load_slo *slo)
{
    int64_t received = 0;
    s->seconds += 1e-9 * (double)(run->end_ns - run->begin_ns);
    s->tokens += bn_load_tokens(run);
    s->cpu_share += run->cpu_s;
    for (size_t i = 0; i < run->n; i++) {
        const struct bn_load_result *r = run->results[i];
        received += r->tokens;
        add(late, (double)(r->opened_ns - r->start_ns));
        s->ended += r->outcome == BN_LOAD_COMPLETE && r->end_ns >= run->begin_ns && r->end_ns < run->end_ns;
        if (r->request.index < plan->n_warmup) continue;
        s->n++, s->counts[r->request.manner][r->outcome]++;
        s->n_good += r->request.manner == BN_LOAD_STEADY && is_good(r, slo);
        s->bytes += r->bytes, s->wasted += bn_load_wasted(r);
        add_times(&lists[r->request.manner], r);
        add_reason(s, r);
    }
    s->never_received += run->generated - (double)received;
}

enum bn_status bn_load_summarise(struct bn_load_summary *s, const struct bn_load_run *runs, size_t n_runs,
                                 const struct bn_load_plan *plan, const struct bn_load_slo *slo, struct bn_error *err)
{
    struct lists lists[BN_LOAD_MANNERS] = {0};
    struct list late = {0};
    double seconds = 0;
    *s = (struct bn_load_summary){.n = 0};
    for (size_t i = 0; i < n_runs; i++) {
        add_run(s, lists, &late, &runs[i], plan, slo);
        seconds += runs[i].wall_s;
    }
    s->cpu_share /= seconds;
    bool failed = late.failed;
    for (int m = 0; m < BN_LOAD_MANNERS; m++) {
        struct lists *l = &lists[m];
        failed |= l->ttft.failed | l->itl.failed | l->tpot.failed | l->e2e.failed;
        s->ttft[m] = figures(&l->ttft), s->itl[m] = figures(&l->itl);
        s->tpot[m] = figures(&l->tpot), s->e2e[m] = figures(&l->e2e);
        free(l->ttft.x), free(l->itl.x), free(l->tpot.x), free(l->e2e.x);
    }
    s->late = figures(&late);
    free(late.x);
    return failed ? bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for the figures of the load test.") : BN_OK;
}

size_t bn_load_outcomes(const struct bn_load_summary *s, enum bn_load_outcome outcome)
{
    size_t n = 0;
    for (int m = 0; m < BN_LOAD_MANNERS; m++) n += s->counts[m][outcome];
    return n;
}

void bn_load_hash(const struct bn_load_run *run, const struct bn_load_plan *plan, char text[32])
{
    uint64_t hash = BN_FNV_BASIS;
    text[0] = 0;
    for (size_t i = plan->n_warmup; i < run->n; i++) {
        const struct bn_load_result *r = run->results[i];
        if (r->request.manner == BN_LOAD_VANISHING) continue;
        if (r->outcome != BN_LOAD_COMPLETE) return;
        for (size_t j = 0; j < r->n_text; j++) hash = bn_fnv_add(hash, (unsigned char)r->text[j]);
        hash = bn_fnv_add(hash, 256); /* the end of a text */
    }
    snprintf(text, 32, "%016llx", (unsigned long long)hash);
}
