/* sign_test.h - intervals and tests for a median that assume nothing about the shape of the noise.
 * Each sample is a coin that falls above or below the true median, so the count above is Binomial(n, 1/2);
 * the interval between two order statistics has an exact coverage. Source: Conover, Practical Nonparametric
 * Statistics (1999), 3.2-3.4; the interpolated form: Hettmansperger and Sheather, Statistics & Probability
 * Letters 4 (1986) 75-79. Samples must be independent (or their signs exchangeable by design, as in
 * randomised pairs); for a time series see bootstrap.h. */
#ifndef BN_STATS_SIGN_TEST_H
#define BN_STATS_SIGN_TEST_H
#include <stddef.h>

struct bn_interval {
    double low, high;  /* -INFINITY / INFINITY where the sample is too small for the confidence asked */
    double confidence; /* what the interval really has, e.g. 0.957 when 0.95 was asked */
};
/* The narrowest symmetric pair of order statistics with at least `confidence`. */
struct bn_interval bn_sign_interval(const double *x, size_t n, double confidence);
/* The same with the ends interpolated to `confidence`: not exact, but within 94-96 % of 95 % for the noise in
 * statistics.md. */
struct bn_interval bn_sign_interval_interpolated(const double *x, size_t n, double confidence);
/* Two-sided p of "the median is `median`"; values equal to it are left out. 1 when none remain. */
double bn_sign_test(const double *x, size_t n, double median);
/* One-sided p of "the median is at most `median`". */
double bn_sign_above(const double *x, size_t n, double median);
#endif
