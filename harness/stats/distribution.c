/* distribution.c - normal and binomial probabilities. */
#include "harness/stats/distribution.h"
#include <math.h>

double bn_normal_cdf(double z) { return 0.5 * erfc(-z * M_SQRT1_2); }

double bn_normal_quantile(double p)
{
    if (!(p > 0)) return -INFINITY;
    if (!(p < 1)) return INFINITY;
    if (p > 0.5) return -bn_normal_quantile(1 - p); /* the lower tail keeps its digits */
    double low = -39, high = 0;
    for (int i = 0; i < 70; i++) {
        double middle = 0.5 * (low + high);
        if (bn_normal_cdf(middle) < p)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

double bn_binomial_pmf(int k, int n, double p)
{
    if (k < 0 || k > n) return 0;
    if (p <= 0) return k == 0;
    if (p >= 1) return k == n;
    return exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(p) + (n - k) * log1p(-p));
}

/* Sums from k away from the middle, so that the terms fall and the sum can end when they no longer count. */
static double sum_from(int k, int step, int n, double p)
{
    double sum = 0;
    for (double term; k >= 0 && k <= n; k += step) {
        sum += term = bn_binomial_pmf(k, n, p);
        if (term < sum * 1e-17) break;
    }
    return sum;
}

double bn_binomial_cdf(int k, int n, double p)
{
    if (k < 0) return 0;
    if (k >= n) return 1;
    return k < n * p ? sum_from(k, -1, n, p) : 1 - sum_from(k + 1, 1, n, p);
}

double bn_binomial_tail(int k, int n, double p)
{
    if (k <= 0) return 1;
    if (k > n) return 0;
    return k > n * p ? sum_from(k, 1, n, p) : 1 - sum_from(k - 1, -1, n, p);
}
