/* bootstrap.c - percentile, BCa and block bootstrap; batch medians. */
#include "harness/stats/bootstrap.h"
#include "harness/stats/distribution.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdlib.h>

static void draw(const double *x, size_t n, size_t block, double *out, struct bn_random *random)
{
    for (size_t filled = 0; filled < n;) {
        size_t at = bn_random_below(random, n);
        for (size_t i = 0; i < block && filled < n; i++) out[filled++] = x[at + i < n ? at + i : at + i - n];
    }
}

/* Efron's acceleration from the jackknife: skewness of the leave-one-out values over 6. `rest` has room for
 * n. */
static double acceleration(bn_statistic *statistic, const double *x, size_t n, double *rest, double *left_out)
{
    double cubes = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0, k = 0; j < n; j++)
            if (j != i) rest[k++] = x[j];
        left_out[i] = statistic(rest, n - 1);
    }
    double mean = bn_sample_mean(left_out, n);
    for (size_t i = 0; i < n; i++) {
        double d = mean - left_out[i];
        cubes += d * d * d;
        squares += d * d;
    }
    return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

/* Which quantile of the resampled values corresponds to probability p: bias z0 is read from their place around
 * the estimate. */
static double bca_level(double p, double z0, double a)
{
    double z = z0 + bn_normal_quantile(p);
    return bn_normal_cdf(z0 + z / (1 - a * z));
}

static double share_below(const double *sorted, size_t n, double value) /* ties count half */
{
    double below = 0;
    for (size_t i = 0; i < n && sorted[i] <= value; i++) below += sorted[i] < value ? 1 : 0.5;
    return below / (double)n;
}

static struct bn_interval summarise(const struct bn_bootstrap *q, const double *x, size_t n, double *values,
                                    double *work)
{
    size_t resamples = (size_t)q->n_resamples;
    double tail = (1 - q->confidence) / 2, low = tail, high = 1 - tail;
    bn_sample_sort(values, resamples);
    if (q->bca && n > 1) {
        double z0 = bn_normal_quantile(share_below(values, resamples, q->statistic(x, n)));
        double a = acceleration(q->statistic, x, n, work, work + n);
        if (isfinite(z0)) low = bca_level(tail, z0, a), high = bca_level(1 - tail, z0, a);
    }
    return (struct bn_interval){bn_sample_quantile_sorted(values, resamples, low),
                                bn_sample_quantile_sorted(values, resamples, high), q->confidence};
}

struct bn_interval bn_bootstrap_interval(const struct bn_bootstrap *request, const double *x, size_t n,
                                         struct bn_random *random)
{
    struct bn_interval interval = {NAN, NAN, NAN};
    bool sound = n > 0 && request->n_resamples >= 20 && request->block >= 1 && !(request->bca && request->block > 1);
    size_t resamples = sound ? (size_t)request->n_resamples : 0;
    double *values = sound ? malloc((resamples + 2 * n) * sizeof *values) : NULL, *work = values + resamples;
    if (!values) return interval;
    for (size_t i = 0; i < resamples; i++) {
        draw(x, n, request->block, work, random);
        values[i] = request->statistic(work, n);
    }
    interval = summarise(request, x, n, values, work);
    free(values);
    return interval;
}

/* Smallest lag after which k_n autocorrelations in a row are negligible (Politis and White, section 3.2). */
static size_t memory_of(const double *x, size_t n)
{
    double limit = 2 * sqrt(log10((double)n) / (double)n);
    size_t run = (size_t)fmax(5, ceil(sqrt(log10((double)n)))), last = (size_t)ceil(sqrt((double)n)) + run, quiet = 0;
    for (size_t lag = 1; lag <= last && lag < n; lag++) {
        quiet = fabs(bn_sample_autocorrelation(x, n, lag)) < limit ? quiet + 1 : 0;
        if (quiet == run) return lag - run;
    }
    return last - run;
}

size_t bn_block_length(const double *x, size_t n)
{
    if (n < 6) return 1;
    size_t window = 2 * memory_of(x, n);
    double spectrum = 1, slope = 0; /* sums over both signs of lag, in units of the variance */
    for (size_t lag = 1; lag <= window && lag < n; lag++) {
        double t = (double)lag / (double)window, weight = t <= 0.5 ? 1 : 2 * (1 - t);
        double r = weight * bn_sample_autocorrelation(x, n, lag);
        spectrum += 2 * r;
        slope += 2 * r * (double)lag;
    }
    double length = cbrt(2 * slope * slope / (4.0 / 3 * spectrum * spectrum)) * cbrt((double)n);
    return (size_t)fmin(fmax(1, ceil(length)), (double)n / 3);
}

struct bn_interval bn_batch_interval(const double *x, size_t n, size_t n_batches, double confidence)
{
    struct bn_interval interval = {NAN, NAN, NAN};
    double *medians = n_batches && n >= n_batches ? malloc(n_batches * sizeof *medians) : NULL;
    if (!medians) return interval;
    for (size_t i = 0; i < n_batches; i++) {
        size_t from = n * i / n_batches, to = n * (i + 1) / n_batches;
        medians[i] = bn_sample_median(x + from, to - from);
    }
    interval = bn_sign_interval_interpolated(medians, n_batches, confidence);
    free(medians);
    return interval;
}
