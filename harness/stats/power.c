/* power.c - power and minimal detectable effect of sign tests. */
#include "harness/stats/power.h"
#include "harness/stats/distribution.h"
#include "harness/stats/sample.h"
#include <math.h>

double bn_sign_power(int n, double alpha, double shift_sd)
{
    int reject = -1; /* largest count of the rarer sign that rejects */
    while (2 * bn_binomial_cdf(reject + 1, n, 0.5) <= alpha) reject++;
    double q = bn_normal_cdf(shift_sd);
    return bn_binomial_tail(n - reject, n, q) + bn_binomial_cdf(reject, n, q);
}

double bn_sign_detectable(int n, double alpha, double power)
{
    double low = 0, high = 40;
    if (bn_sign_power(n, alpha, high) < power) return INFINITY;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (bn_sign_power(n, alpha, middle) < power)
            low = middle;
        else
            high = middle;
    }
    return high;
}

double bn_sequential_detectable(const struct bn_sequential *design, double alpha, double power)
{
    double threshold = bn_sequential_threshold(design, alpha), low = 0.5, high = 1;
    if (bn_sequential_crossing(design, threshold, 1) < power) return NAN;
    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2;
        if (bn_sequential_crossing(design, threshold, middle) < power)
            low = middle;
        else
            high = middle;
    }
    return high;
}

double bn_shift_normal(const double *d, size_t n, double q) { return bn_normal_quantile(q) * bn_sample_mad(d, n); }

double bn_shift_observed(const double *d, size_t n, double q)
{
    return bn_sample_median(d, n) - bn_sample_quantile(d, n, 1 - q);
}
