/* change_point.h - where a series in time order steps to another level, and where it drifts.
 *
 * Two stages, as in Hunter (Fleming et al., ICPE 2023, https://doi.org/10.1145/3578244.3583719; now Apache Otava): many
 * candidates first, then the weakest is dropped until each that is left passes Student's t-test and is large enough.
 * Candidates come from segments.h instead of windowed E-Divisive, so that a slope can explain what would be a chain of
 * steps, and so that autocorrelated noise does not look like a change: the autocorrelation is chosen together with the
 * division, by a penalised likelihood. Single outliers are clipped before (Hampel's filter over seven values). How
 * often it is right: harness/statistics.md. */
#ifndef BN_STATS_CHANGE_POINT_H
#define BN_STATS_CHANGE_POINT_H
#include <stdbool.h>
#include <stddef.h>

struct bn_change {
    bool drifts;      /* false: a step */
    size_t from, to;  /* step: both are the first value of the new level; drift: its first and last value */
    size_t low, high; /* step: the new level begins in [low, high], 95 %; drift: as from, to */
    double shift;     /* step: after - before; drift: last - first */
    double p;         /* of the t-test alone: it does not know that the place was searched for */
};
struct bn_change_options {
    double least; /* smaller shifts are no change */
    double alpha; /* of the t-test, e.g. 0.001 */
    /* Largest autocorrelation that the noise may have, 0 to 0.9: the more is allowed, the more of a change may be noise
     * that repeats itself, and the larger a change must be. */
    double most_rho;
};
/* What histories are searched by. least: the smallest change, a ratio - 1. related: the series is a ratio to a
 * reference of the same run. A machine has good and bad weeks, and so has a series of its own; what is left of the
 * ratio repeats itself little. */
struct bn_change_options bn_change_rule(double least, bool related);
#define BN_CHANGE_LEAST 0.01 /* where nobody says another */
enum { BN_CHANGE_LEAST_VALUES = 8, BN_CHANGE_MOST_VALUES = 1000, BN_CHANGES_MOST = 32 };
/* Writes the changes of x[0..n) in order of time, at most BN_CHANGES_MOST; returns how many, or -1 without memory. 0
 * where there are fewer than BN_CHANGE_LEAST_VALUES. Of a longer series than BN_CHANGE_MOST_VALUES only the end is
 * read. */
int bn_changes_find(const double *x, size_t n, const struct bn_change_options *options, struct bn_change *changes);
#endif
