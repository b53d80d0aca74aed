/* history.c - change points and drift of one series. */
#include "harness/history/history.h"
#include "harness/core/error.h"
#include "harness/stats/change_point.h"
#include <math.h>
#include <stdlib.h>

/* The series that is tested: one value for each run that has it, and which run that is. */
struct tested {
    double *x;
    size_t *run, n;
};

/* what: the series itself, its ratio to the reference, or the reference. */
enum what { SERIES, RATIO, REFERENCE };

static void take(struct tested *t, const struct bn_history_track *track, enum what what)
{
    t->n = 0;
    for (size_t i = 0; i < track->n_runs; i++) {
        const struct bn_history_run *r = &track->runs[i];
        double ns = what == SERIES ? r->ns : what == RATIO ? r->ns / r->reference_ns : r->reference_ns;
        if (isnan(ns)) continue;
        t->x[t->n] = log(ns);
        t->run[t->n++] = i;
    }
}

/* An acknowledgement covers a step that may begin at its run, and a drift that goes through it, up to the size that was
 * known then and `least` on top. */
static const struct bn_history_run *cover(const struct bn_history_track *track, const struct bn_history_change *c,
                                          double least)
{
    for (size_t i = c->high + 1; i-- > c->low;)
        if (track->runs[i].accepted * (1 + least) >= c->ratio) return &track->runs[i];
    return NULL;
}

static int add_changes(struct bn_history_track *track, const struct tested *t, bool machine, double least)
{
    const struct bn_change_options options = bn_change_rule(least, !machine && track->against_reference);
    struct bn_change found[BN_CHANGES_MOST];
    int n = bn_changes_find(t->x, t->n, &options, found);
    for (int i = 0; i < n && track->n_changes < BN_HISTORY_CHANGES; i++) {
        const struct bn_change *f = &found[i];
        struct bn_history_change *c = &track->changes[track->n_changes++];
        *c = (struct bn_history_change){.drifts = f->drifts,
                                        .machine = machine,
                                        .before = t->run[f->from ? f->from - 1 : 0],
                                        .from = t->run[f->from],
                                        .to = t->run[f->to],
                                        .low = t->run[f->low],
                                        .high = t->run[f->high],
                                        .p = f->p,
                                        .ratio = exp(f->shift)};
        if (!machine) c->acknowledged = cover(track, c, least);
    }
    return n < 0 ? -1 : 0;
}

static int by_place(const void *a, const void *b)
{
    const struct bn_history_change *x = a, *y = b;
    return x->from != y->from ? (x->from > y->from) - (x->from < y->from) : x->machine - y->machine;
}

enum bn_status bn_history_analyse(struct bn_history_track *track, double least, struct bn_error *err)
{
    struct tested t = {malloc((track->n_runs + 1) * sizeof *t.x), malloc((track->n_runs + 1) * sizeof *t.run), 0};
    int bad = t.x && t.run ? 0 : -1;
    track->n_changes = 0;
    if (!bad) {
        take(&t, track, RATIO);
        track->against_reference = t.n >= BN_CHANGE_LEAST_VALUES;
        if (!track->against_reference) take(&t, track, SERIES);
        track->n_left_out = track->n_runs - (t.n < BN_CHANGE_MOST_VALUES ? t.n : BN_CHANGE_MOST_VALUES);
        bad = add_changes(track, &t, false, least);
    }
    if (!bad && track->against_reference) {
        take(&t, track, REFERENCE);
        bad = add_changes(track, &t, true, least);
        qsort(track->changes, (size_t)track->n_changes, sizeof *track->changes, by_place);
    }
    free(t.x), free(t.run);
    return bad ? bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for the history.") : BN_OK;
}

bool bn_history_counts(const struct bn_history_change *c) { return !c->machine && c->ratio > 1 && !c->acknowledged; }
