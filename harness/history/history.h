/* history.h - one series over time: where its level stepped, where it drifts, and what of it somebody has acknowledged.
 *
 * Change points and drift: harness/stats/change_point.h, on log times. With a reference (an engine of the plan that
 * never changes: an old build, another program) the test runs on log(time / time of the reference) in the same run, so
 * that what the machine does to both cancels; what the reference itself did is listed too, as the machine's. */
#ifndef BN_HISTORY_H
#define BN_HISTORY_H
#include "engine/bitnet.h"
#include "harness/store/store.h"

struct bn_history_run { /* one run of one series */
    int64_t run_id;
    char when[32], commit[48];
    double ns;           /* per token: median over worker processes of their medians */
    double reference_ns; /* of the reference in the same run; NAN: it was not measured */
    double accepted;     /* acknowledged here: time after / before, up to which a change is known; 0: nothing */
    char why[128];       /* of the acknowledgement */
};
struct bn_history_change {
    bool drifts;      /* a slope and not a step: no single commit explains it */
    bool machine;     /* of the reference: the machine changed, not the code */
    size_t before;    /* the last run before it that was tested */
    size_t from, to;  /* step: first run of the new level; drift: first and last run of the slope */
    size_t low, high; /* step: the first run of the new level is one of these, 95 % */
    double p, ratio;  /* time after / before */
    const struct bn_history_run *acknowledged; /* the run whose acknowledgement covers it; NULL: none */
};
enum { BN_HISTORY_CHANGES = 64 };
struct bn_history_track {
    int64_t config_id;
    char machine[96], model[96], workload[64], series[128], phase[16];
    char joined[256];            /* "use_mmap, poll": fields that only some runs of the series have, or "" */
    struct bn_history_run *runs; /* in order of time */
    size_t n_runs;
    bool against_reference; /* the test ran on the ratio to the reference */
    size_t n_left_out;      /* runs that were not tested: without the reference, or too old */
    struct bn_history_change changes[BN_HISTORY_CHANGES];
    int n_changes;
};
struct bn_history {
    struct bn_history_track *tracks;
    size_t n_tracks;
};
struct bn_history_query {
    const char *since;     /* in the form of bn_instant_read; "" for all */
    const char *reference; /* engine name, or NULL */
    const char *engine;    /* whose history: "bitnet" */
    double least;          /* changes below this ratio - 1 are not reported, e.g. 0.01 */
};
/* Reads the views and analyses every track. */
enum bn_status bn_history_read(struct bn_history *history, struct bn_store *store, const struct bn_history_query *query,
                               struct bn_error *err);
void bn_history_release(struct bn_history *history);
/* Fills the changes from runs. BN_ERR_MEMORY without memory. */
enum bn_status bn_history_analyse(struct bn_history_track *track, double least, struct bn_error *err);
/* Slower by the code (or, without a reference, by the code or the machine), and not acknowledged: what --check fails
 * for, however long ago, and whether or not it has gone since. */
bool bn_history_counts(const struct bn_history_change *change);
/* Stores that every change of the history that counts and may begin at `commit` (the first characters of it, or
 * "run:N") is known, with its size. *n: how many; 0: no such change. */
enum bn_status bn_history_acknowledge(const struct bn_history *history, struct bn_store *store, const char *commit,
                                      const char *why, size_t *n, struct bn_error *err);
#endif
