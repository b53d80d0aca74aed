/* history.h - one series over time: where its level changed, and whether it drifts away from a fixed
 * reference program.
 *
 * Change points: E-Divisive on log times (harness/stats/change_point.h). The reference is an engine of the
 * plan that never changes (an old build, another program); where it moved along with the series, the machine
 * changed, not the code. Slow drift is what no single step explains: the first and the last third of the
 * ratio to the reference differ (Mann-Whitney). */
#ifndef BN_HISTORY_H
#define BN_HISTORY_H
#include "engine/bitnet.h"
#include "harness/store/store.h"

struct bn_history_run { /* one run of one series */
    int64_t run_id;
    char when[32], commit[48];
    double ns;           /* per token: median over worker processes of their medians */
    double reference_ns; /* of the reference in the same run; NAN: it was not measured */
};
struct bn_history_change {
    size_t index;    /* first run of the new level */
    double p, ratio; /* after / before */
    bool machine;    /* the reference moved by at least half as much, the same way */
};
enum { BN_HISTORY_CHANGES = 32 };
struct bn_history_track {
    char machine[96], model[96], workload[64], series[128], phase[16];
    char joined[256];            /* "use_mmap, poll": fields that only some runs of the series have, or "" */
    struct bn_history_run *runs; /* in order of time */
    size_t n_runs;
    struct bn_history_change changes[BN_HISTORY_CHANGES];
    int n_changes;
    double drift, drift_p; /* last third / first third of the ratio to the reference; NAN below 6 such runs */
    bool drifts;
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
/* Fills changes and drift from runs. */
void bn_history_analyse(struct bn_history_track *track, double least);
#endif
