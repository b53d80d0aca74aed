/* sign_test.c - binomial intervals and test for a median. */
#include "harness/stats/sign_test.h"
#include "harness/stats/distribution.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double coverage(int depth, int n) /* of the interval from the depth-th smallest to the depth-th largest */
{
    return 1 - 2 * bn_binomial_cdf(depth - 1, n, 0.5);
}

/* Largest depth whose interval has at least `confidence`; 0: even the extremes fall short. */
static int depth_for(int n, double confidence)
{
    int depth = 0, above = n / 2 + 1; /* coverage falls with depth: bisection */
    while (above - depth > 1) {
        int middle = depth + (above - depth) / 2;
        *(coverage(middle, n) >= confidence ? &depth : &above) = middle;
    }
    return depth;
}

static double *sorted_copy(const double *x, size_t n)
{
    double *copy = malloc((n ? n : 1) * sizeof *copy);
    if (!copy) return NULL;
    memcpy(copy, x, n * sizeof *copy);
    bn_sample_sort(copy, n);
    return copy;
}

struct bn_interval bn_sign_interval(const double *x, size_t n, double confidence)
{
    struct bn_interval interval = {-INFINITY, INFINITY, 1};
    int depth = depth_for((int)n, confidence);
    double *sorted = depth ? sorted_copy(x, n) : NULL;
    if (!sorted) return interval;
    interval = (struct bn_interval){sorted[depth - 1], sorted[n - (size_t)depth], coverage(depth, (int)n)};
    free(sorted);
    return interval;
}

struct bn_interval bn_sign_interval_interpolated(const double *x, size_t n, double confidence)
{
    struct bn_interval interval = {-INFINITY, INFINITY, 1};
    size_t depth = (size_t)depth_for((int)n, confidence);
    double *sorted = depth ? sorted_copy(x, n) : NULL;
    if (!sorted) return interval;
    double outer = coverage((int)depth, (int)n);
    interval = (struct bn_interval){sorted[depth - 1], sorted[n - depth], confidence};
    if (2 * (depth + 1) <= n) {
        double inner = coverage((int)depth + 1, (int)n), share = (outer - confidence) / (outer - inner);
        double lambda = (double)(n - depth) * share / ((double)depth + (double)(n - 2 * depth) * share);
        interval.low = (1 - lambda) * sorted[depth - 1] + lambda * sorted[depth];
        interval.high = (1 - lambda) * sorted[n - depth] + lambda * sorted[n - depth - 1];
    }
    free(sorted);
    return interval;
}

double bn_sign_test(const double *x, size_t n, double median)
{
    int above = 0, below = 0;
    for (size_t i = 0; i < n; i++) {
        above += x[i] > median;
        below += x[i] < median;
    }
    int least = above < below ? above : below;
    double p = 2 * bn_binomial_cdf(least, above + below, 0.5);
    return p < 1 ? p : 1;
}

double bn_sign_above(const double *x, size_t n, double median)
{
    int above = 0, below = 0;
    for (size_t i = 0; i < n; i++) {
        above += x[i] > median;
        below += x[i] < median;
    }
    return above + below ? bn_binomial_cdf(below, above + below, 0.5) : 1;
}
