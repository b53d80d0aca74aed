/* sequential.h - look at the pairs several times as they arrive, stop as soon as the result is clear, and keep
 * the error rate.
 *
 * One pair gives one log ratio; under "no difference" its sign is a fair coin, because the order inside the
 * pair was drawn at random. The number of positive signs is then a random walk, and the chance that it ever
 * crosses a boundary at the planned looks is summed exactly (no normal approximation). The test statistic is
 * max over looks of (n_j/N)^(1/4) Z_j, Z_j = (2 S_j - n_j) / sqrt(n_j): a Wang and Tsiatis (Biometrics 43
 * (1987) 193-199) boundary with Delta = 1/4, between O'Brien-Fleming and Pocock. Stopping earlier than
 * planned, for whatever reason, keeps the level. Holm may be applied to these p values, since each is valid
 * at every look. Repeated confidence bounds: Jennison and Turnbull, JRSS B 51 (1989) 305-361. */
#ifndef BN_STATS_SEQUENTIAL_H
#define BN_STATS_SEQUENTIAL_H
#include "harness/stats/sign_test.h"

enum { BN_LOOKS_MAX = 64, BN_PAIRS_MAX = 1024 };
struct bn_sequential {
    int n_looks;
    int n[BN_LOOKS_MAX]; /* pairs at each look, ascending, at most BN_PAIRS_MAX */
};
/* Looks at first, first + step, ... up to n_most (always the last look). Returns -1 when that does not fit.
 */
int bn_sequential_init(struct bn_sequential *design, int first, int step, int n_most);
/* Chance that the walk reaches `threshold` at some look when each sign is positive with probability q. */
double bn_sequential_crossing(const struct bn_sequential *design, double threshold, double q);
/* One-sided p of "the median of d is not above zero" from the first n values of d, in the order they were
 * measured. */
double bn_sequential_p(const struct bn_sequential *design, const double *d, int n);
/* The least threshold with crossing(threshold, 1/2) <= alpha. */
double bn_sequential_threshold(const struct bn_sequential *design, double alpha);
/* Smallest number of positive signs that reaches the threshold at look j (n[j] + 1: none does). */
int bn_sequential_count(const struct bn_sequential *design, double threshold, int look);
/* Bounds for the median of d, each wrong with probability <= alpha over all looks together. Infinite while n
 * is too small. */
struct bn_interval bn_sequential_interval(const struct bn_sequential *design, const double *d, int n, double alpha);
#endif
