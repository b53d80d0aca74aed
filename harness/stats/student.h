/* student.h - means of few paired differences, and paired right and wrong answers: how much, and how surely.
 * Student's t (1908) for the mean of differences that are about normal (log ratios of processes; mean log-likelihoods
 * of windows). Bonett and Price, British Journal of Mathematical and Statistical Psychology 65 (2012) 479-488: adjusted
 * Wald interval of a difference of paired proportions, which holds its level also with few or no discordant pairs. */
#ifndef BN_STATS_STUDENT_H
#define BN_STATS_STUDENT_H
#include "harness/stats/sign_test.h"

double bn_student_cdf(double t, double freedom);
double bn_student_quantile(double p, double freedom);

struct bn_mean_difference {
    double value, low, high; /* of the mean, 95 %; ends NAN with fewer than two values */
    double p;                /* two-sided, of "the mean is 0"; 1 with fewer than two */
    size_t n;
};
struct bn_mean_difference bn_mean_difference(const double *d, size_t n);
/* only_head and only_base of n pairs are right on one side alone: share(head) - share(base), 95 %. */
struct bn_interval bn_paired_shares(size_t only_base, size_t only_head, size_t n);
struct bn_interval bn_paired_shares_at(size_t only_base, size_t only_head, size_t n, double confidence);
/* Pairs needed for the lower end of that interval to reach -least, when as large a share of pairs differs as here and
 * neither side is better. */
double bn_paired_shares_needed(size_t only_base, size_t only_head, size_t n, double least);
#endif
