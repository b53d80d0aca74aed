/* history.c - change points and drift of one series. */
#include "harness/history/history.h"
#include "harness/stats/change_point.h"
#include "harness/stats/rank_test.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdlib.h>

/* Median of log reference times of runs [from, to); NaN when none has one. */
static double reference_level(const struct bn_history_track *track, size_t from, size_t to, double *work)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++)
        if (!isnan(track->runs[i].reference_ns)) work[n++] = log(track->runs[i].reference_ns);
    return bn_sample_median(work, n);
}

static void find_changes(struct bn_history_track *track, double least, double *work)
{
    static const struct bn_change_options options = {.least_segment = 4, .n_permutations = 499, .alpha = 0.01};
    struct bn_change_point points[BN_HISTORY_CHANGES];
    struct bn_random random;
    size_t n = track->n_runs;
    bn_random_init(&random, 1); /* the same history gives the same answer */
    for (size_t i = 0; i < n; i++) work[i] = log(track->runs[i].ns);
    int found = bn_change_points(work, n, &options, &random, points, BN_HISTORY_CHANGES);
    for (int i = 0; i < found; i++) {
        double step = points[i].after - points[i].before;
        if (fabs(expm1(step)) < least) continue;
        size_t from = i ? points[i - 1].index : 0, to = i + 1 < found ? points[i + 1].index : n;
        double moved =
            reference_level(track, points[i].index, to, work) - reference_level(track, from, points[i].index, work);
        track->changes[track->n_changes++] =
            (struct bn_history_change){points[i].index, points[i].p, exp(step), moved / step >= 0.5};
    }
}

static double largest_step(const struct bn_history_track *track)
{
    double most = 0;
    for (int i = 0; i < track->n_changes; i++)
        if (!track->changes[i].machine) most = fmax(most, fabs(log(track->changes[i].ratio)));
    return most;
}

static void find_drift(struct bn_history_track *track, double least, double *work)
{
    size_t n = 0;
    for (size_t i = 0; i < track->n_runs; i++)
        if (!isnan(track->runs[i].reference_ns)) work[n++] = log(track->runs[i].ns / track->runs[i].reference_ns);
    if (n < 6) return;
    size_t third = n / 3;
    const double *first = work, *last = work + n - third;
    double shift = bn_sample_median(last, third) - bn_sample_median(first, third);
    track->drift = exp(shift);
    track->drift_p = bn_mann_whitney(first, third, last, third, BN_TWO_SIDED).p;
    track->drifts = track->drift_p <= 0.01 && fabs(expm1(shift)) >= least && largest_step(track) < 0.5 * fabs(shift);
}

void bn_history_analyse(struct bn_history_track *track, double least)
{
    double *work = malloc((track->n_runs + 1) * sizeof *work);
    track->n_changes = 0;
    track->drift = track->drift_p = NAN;
    track->drifts = false;
    if (!work) return;
    find_changes(track, least, work);
    find_drift(track, least, work);
    free(work);
}
