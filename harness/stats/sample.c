/* sample.c - order statistics, spread and ranks of one sample. */
#include "harness/stats/sample.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void bn_sample_sort(double *x, size_t n) { qsort(x, n, sizeof *x, ascending); }

double bn_sample_quantile_sorted(const double *sorted, size_t n, double p)
{
    if (n == 0 || !(p >= 0 && p <= 1)) return NAN;
    double place = p * (double)(n - 1), below = floor(place);
    size_t i = (size_t)below;
    if (i + 1 >= n) return sorted[n - 1];
    return sorted[i] + (place - below) * (sorted[i + 1] - sorted[i]);
}

double bn_sample_quantile(const double *x, size_t n, double p)
{
    double *copy = n ? malloc(n * sizeof *copy) : NULL;
    if (!copy) return NAN;
    memcpy(copy, x, n * sizeof *copy);
    bn_sample_sort(copy, n);
    double q = bn_sample_quantile_sorted(copy, n, p);
    free(copy);
    return q;
}

double bn_sample_median(const double *x, size_t n) { return bn_sample_quantile(x, n, 0.5); }

double bn_sample_mean(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return n ? sum / (double)n : NAN;
}

double bn_sample_sd(const double *x, size_t n)
{
    double mean = bn_sample_mean(x, n), sum = 0;
    for (size_t i = 0; i < n; i++) sum += (x[i] - mean) * (x[i] - mean);
    return n > 1 ? sqrt(sum / (double)(n - 1)) : NAN;
}

double bn_sample_mad(const double *x, size_t n)
{
    double *distance = n ? malloc(n * sizeof *distance) : NULL, median = bn_sample_median(x, n);
    if (!distance) return NAN;
    for (size_t i = 0; i < n; i++) distance[i] = fabs(x[i] - median);
    bn_sample_sort(distance, n);
    double mad = 1.4826 * bn_sample_quantile_sorted(distance, n, 0.5);
    free(distance);
    return mad;
}

struct place {
    double value;
    size_t index;
};

static int by_value(const void *a, const void *b) { return ascending(a, b); } /* value is the first member */

int bn_sample_ranks(const double *x, size_t n, double *ranks, double *ties)
{
    struct place *places = malloc((n ? n : 1) * sizeof *places);
    if (!places) return -1;
    for (size_t i = 0; i < n; i++) places[i] = (struct place){x[i], i};
    qsort(places, n, sizeof *places, by_value);
    double sum = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && places[end].value == places[i].value;) end++;
        double t = (double)(end - i), rank = (double)(i + 1 + end) / 2;
        for (size_t j = i; j < end; j++) ranks[places[j].index] = rank;
        sum += t * t * t - t;
    }
    if (ties) *ties = sum;
    free(places);
    return 0;
}

double bn_sample_autocorrelation(const double *x, size_t n, size_t lag)
{
    double mean = bn_sample_mean(x, n), top = 0, bottom = 0;
    for (size_t i = 0; i < n; i++) bottom += (x[i] - mean) * (x[i] - mean);
    for (size_t i = 0; i + lag < n; i++) top += (x[i] - mean) * (x[i + lag] - mean);
    return bottom > 0 ? top / bottom : 0;
}

size_t bn_sample_argmax(const double *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best;
}
