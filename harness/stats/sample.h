/* sample.h - one sample of numbers: order, median, quantiles, spread, ranks, steadiness. NaN is the answer
 * where there is none (empty sample, no memory). Inputs are not changed unless said. */
#ifndef BN_STATS_SAMPLE_H
#define BN_STATS_SAMPLE_H
#include <stddef.h>

void bn_sample_sort(double *x, size_t n); /* ascending, in place */
double bn_sample_quantile_sorted(const double *sorted, size_t n,
                                 double p); /* Hyndman and Fan (1996) type 7, as R and numpy */
double bn_sample_quantile(const double *x, size_t n, double p);
double bn_sample_median(const double *x, size_t n);
double bn_sample_mean(const double *x, size_t n);
double bn_sample_sd(const double *x, size_t n); /* n - 1 in the denominator */
double bn_sample_mad(const double *x,
                     size_t n); /* 1.4826 x median |x - median|: the standard deviation if x is normal */
/* Ranks from 1, ties get their mean: ranks[i] belongs to x[i]. *ties (may be NULL) gets the sum of t^3 - t
 * over groups of t equal values. Returns 0, or -1 without memory. */
int bn_sample_ranks(const double *x, size_t n, double *ranks, double *ties);
/* Lag-1 autocorrelation: how far neighbours in time repeat each other (0 for independent samples). */
double bn_sample_autocorrelation(const double *x, size_t n, size_t lag);
size_t bn_sample_argmax(const double *x, size_t n); /* of the first of the largest; n >= 1 */
#endif
