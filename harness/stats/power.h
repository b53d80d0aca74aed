/* power.h - what a paired design can see before it is run: power and minimal detectable effect of sign tests.
 * A true shift of the median turns the fair coin of each pair into one that is positive with probability q;
 * how far the shift must be for a given q depends on the spread of the pairs' log ratios. */
#ifndef BN_STATS_POWER_H
#define BN_STATS_POWER_H
#include "harness/stats/sequential.h"

/* Fixed number of pairs, two-sided sign test at alpha, normal noise: chance to see a shift of `shift_sd`
 * standard deviations. */
double bn_sign_power(int n, double alpha, double shift_sd);
/* Smallest shift, in standard deviations, seen with probability `power`. */
double bn_sign_detectable(int n, double alpha, double power);
/* Probability of a positive sign that a sequential one-sided test at alpha needs for `power`. */
double bn_sequential_detectable(const struct bn_sequential *design, double alpha, double power);
/* The shift that makes a share q of the values positive, values centred on their median: smooth (normal, from
 * the MAD)... */
double bn_shift_normal(const double *d, size_t n, double q);
/* ...or as observed (needs many values). NaN without values. */
double bn_shift_observed(const double *d, size_t n, double q);
#endif
