/* distribution.h - the two distributions that the tests use: normal and binomial. Agree with R's pnorm, qnorm,
 * dbinom and pbinom to a relative 1e-10. */
#ifndef BN_STATS_DISTRIBUTION_H
#define BN_STATS_DISTRIBUTION_H

double bn_normal_cdf(double z);
double bn_normal_quantile(double p);             /* p outside (0, 1): -inf or +inf */
double bn_binomial_pmf(int k, int n, double p);  /* P(X = k) */
double bn_binomial_cdf(int k, int n, double p);  /* P(X <= k) */
double bn_binomial_tail(int k, int n, double p); /* P(X >= k) */
#endif
