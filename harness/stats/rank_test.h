/* rank_test.h - do two samples differ? Mann-Whitney for unpaired samples, Wilcoxon's signed ranks for pairs,
 * Cliff's delta for how much. Same rules as R's wilcox.test: exact p below 50 values a side without ties (and
 * without zero differences), otherwise the normal approximation with tie and continuity correction. Sources:
 * Mann and Whitney (1947); Wilcoxon (1945); Cliff (1993). */
#ifndef BN_STATS_RANK_TEST_H
#define BN_STATS_RANK_TEST_H
#include <stdbool.h>
#include <stddef.h>

enum bn_side {
    BN_TWO_SIDED,
    BN_LESS,
    BN_GREATER
}; /* alternative: x differs from, is less than, is greater than y (or 0) */
struct bn_rank_test {
    double statistic; /* Mann-Whitney: U = pairs with x > y, a tie counts 1/2; Wilcoxon: V = rank sum of
                         positive differences */
    double p;         /* NaN without memory, 1 when nothing can be said */
    bool exact;
};
struct bn_rank_test bn_mann_whitney(const double *x, size_t nx, const double *y, size_t ny, enum bn_side side);
struct bn_rank_test bn_wilcoxon(const double *difference, size_t n, enum bn_side side); /* of paired differences */
/* P(x > y) - P(x < y), -1 to 1. Romano et al. (2006): below 0.147 negligible, 0.33 small, 0.474 medium, then
 * large. */
double bn_cliff_delta(const double *x, size_t nx, const double *y, size_t ny);
#endif
