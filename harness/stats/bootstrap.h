/* bootstrap.h - intervals for any statistic by resampling, also for series whose neighbours are alike.
 * Percentile and BCa: Efron and Tibshirani, An Introduction to the Bootstrap (1993), 13.3 and 14.3. Blocks:
 * circular block bootstrap, Politis and Romano (1992); block length by Politis and White (2004) with the
 * correction of Patton, Politis and White (2009). Measured coverage: harness/statistics.md. */
#ifndef BN_STATS_BOOTSTRAP_H
#define BN_STATS_BOOTSTRAP_H
#include "harness/stats/random.h"
#include "harness/stats/sign_test.h"
#include <stdbool.h>

typedef double bn_statistic(const double *x, size_t n); /* e.g. bn_sample_mean; must not keep x */
struct bn_bootstrap {
    bn_statistic *statistic;
    int n_resamples;   /* 2000 is usual; fewer than 20 is an error */
    double confidence; /* e.g. 0.95 */
    bool bca;          /* corrected for bias and skew; needs independent samples (block 1) */
    size_t block;      /* 1: independent samples; see bn_block_length */
};
/* NaN ends when n is 0, the request is not sound, or memory is short. */
struct bn_interval bn_bootstrap_interval(const struct bn_bootstrap *request, const double *x, size_t n,
                                         struct bn_random *random);
/* Block length for the mean of a series in time order, 1..n/3. */
size_t bn_block_length(const double *x, size_t n);
/* Interval for the median of a series whose neighbours are alike: medians of n_batches equal stretches,
 * sign-test interval over them. Stretches must be longer than the memory of the noise. */
struct bn_interval bn_batch_interval(const double *x, size_t n, size_t n_batches, double confidence);
#endif
