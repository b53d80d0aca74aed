/* histogram.c - thresholds of calibration from a histogram of magnitudes. */
#include "engine/fit/histogram.h"
#include <math.h>

enum { BINS = BN_HISTOGRAM_BINS, LEVELS = 128 };

static double total(const struct bn_histogram *h)
{
    double sum = 0;
    for (int b = 0; b < BINS; b++) sum += (double)h->count[b];
    return sum;
}

double bn_histogram_percentile(const struct bn_histogram *h, double percent)
{
    double sum = 0, want = total(h) * percent / 100;
    for (int b = 0; b < BINS; b++)
        if ((sum += (double)h->count[b]) >= want) return h->most * (b + 1) / BINS;
    return h->most;
}

static double square_error(const struct bn_histogram *h, double limit)
{
    double step = limit / 127, sum = 0;
    for (int b = 0; b < BINS; b++) {
        double x = h->most * (b + 0.5) / BINS, d = x - fmin(127, nearbyint(x / step)) * step;
        sum += (double)h->count[b] * d * d;
    }
    return sum;
}

double bn_histogram_mse(const struct bn_histogram *h, int tries)
{
    double best = h->most, least = square_error(h, best);
    for (int i = 1; i < tries; i++) {
        double limit = h->most * i / tries, error = square_error(h, limit);
        if (error < least) least = error, best = limit;
    }
    return best;
}

/* Infinite where a bin that holds something lost its level. */
static double divergence(const struct bn_histogram *h, int n, double tail)
{
    double level[LEVELS] = {0}, filled[LEVELS] = {0}, sum = 0, kl = 0;
    for (int b = 0; b < n; b++) {
        level[b * LEVELS / n] += (double)h->count[b];
        filled[b * LEVELS / n] += h->count[b] > 0;
        sum += (double)h->count[b];
    }
    for (int b = 0; b < n; b++) {
        double p = (double)h->count[b] + (b == n - 1 ? tail : 0);
        if (!(p > 0)) continue;
        if (!h->count[b]) return INFINITY;
        kl += p / (sum + tail) * log(p / (sum + tail) / (level[b * LEVELS / n] / filled[b * LEVELS / n] / sum));
    }
    return kl;
}

double bn_histogram_kl(const struct bn_histogram *h)
{
    double tail = total(h), least = INFINITY;
    int best = BINS;
    for (int b = 0; b < LEVELS - 1; b++) tail -= (double)h->count[b];
    for (int n = LEVELS; n <= BINS; n++) {
        tail -= (double)h->count[n - 1];
        double kl = divergence(h, n, tail);
        if (kl < least) least = kl, best = n;
    }
    return h->most * best / BINS;
}

double bn_histogram_above(const struct bn_histogram *h, double limit)
{
    double sum = 0, all = total(h);
    for (int b = 0; b < BINS; b++) sum += (double)h->count[b] * fmin(1, fmax(0, b + 1 - limit / h->most * BINS));
    return all > 0 ? sum / all : 0;
}
