/* change_point.h - where a series in time order changes its level or shape.
 * E-Divisive means: Matteson and James, JASA 109 (2014) 334-345, with energy distance (alpha 1), a split of
 * each segment in two, and a permutation test inside segments; the form MongoDB and Otava use for performance
 * series. */
#ifndef BN_STATS_CHANGE_POINT_H
#define BN_STATS_CHANGE_POINT_H
#include "harness/stats/random.h"

struct bn_change_point {
    size_t index;         /* first sample of the new regime */
    double p;             /* of the permutation test when it was found */
    double before, after; /* medians of the neighbouring segments */
};
struct bn_change_options {
    size_t least_segment; /* samples on each side of a change, e.g. 5; at least 2 */
    int n_permutations;   /* e.g. 199 */
    double alpha;         /* e.g. 0.01 */
};
/* Best split of x[0..n) and its energy statistic Q (0 and index 0 when n < 2 x least). */
double bn_change_best(const double *x, size_t n, size_t least, size_t *index);
/* Writes at most cap points, ordered by index; returns how many, or -1 without memory. */
int bn_change_points(const double *x, size_t n, const struct bn_change_options *options, struct bn_random *random,
                     struct bn_change_point *points, size_t cap);
#endif
