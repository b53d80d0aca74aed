/* sequential.c - exact boundaries for a walk of signs. */
#include "harness/stats/sequential.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <string.h>

int bn_sequential_init(struct bn_sequential *design, int first, int step, int n_most)
{
    memset(design, 0, sizeof *design);
    if (first < 1 || step < 1 || n_most < 1 || n_most > BN_PAIRS_MAX) return -1;
    for (int n = first; n < n_most; n += step) {
        if (design->n_looks == BN_LOOKS_MAX - 1) return -1;
        design->n[design->n_looks++] = n;
    }
    design->n[design->n_looks++] = n_most;
    return 0;
}

static double score(const struct bn_sequential *design, int look, int positive)
{
    double n = design->n[look], most = design->n[design->n_looks - 1];
    return pow(n / most, 0.25) * (2 * positive - n) / sqrt(n);
}

int bn_sequential_count(const struct bn_sequential *design, double threshold, int look)
{
    int count = 0;
    while (count <= design->n[look] && score(design, look, count) < threshold - 1e-12) count++;
    return count;
}

double bn_sequential_crossing(const struct bn_sequential *design, double threshold, double q)
{
    double at[BN_PAIRS_MAX + 2] = {1}, crossed = 0; /* at[s]: still walking with s positive signs */
    for (int look = 0, n = 0; look < design->n_looks; look++) {
        for (; n < design->n[look]; n++)
            for (int s = n + 1; s >= 0; s--) at[s] = at[s] * (1 - q) + (s > 0 ? at[s - 1] * q : 0);
        for (int s = bn_sequential_count(design, threshold, look); s <= n; s++) {
            crossed += at[s];
            at[s] = 0;
        }
    }
    return crossed;
}

static int positive_of(const double *d, int n, double above)
{
    int count = 0;
    for (int i = 0; i < n; i++) count += d[i] > above;
    return count;
}

/* What was computed last for a design is remembered: its statistic has few values, and simulations ask for them often.
 */
static struct {
    struct bn_sequential design;
    int n;
    double threshold[BN_LOOKS_MAX], crossing[BN_LOOKS_MAX], alpha, least;
} memory = {.alpha = -1};

static void remember(const struct bn_sequential *design)
{
    if (!memcmp(&memory.design, design, sizeof *design)) return;
    memory.design = *design;
    memory.n = 0, memory.alpha = -1;
}

static double fair_crossing(const struct bn_sequential *design, double threshold)
{
    remember(design);
    for (int i = 0; i < memory.n; i++)
        if (memory.threshold[i] == threshold) return memory.crossing[i];
    double crossing = bn_sequential_crossing(design, threshold, 0.5);
    int at = memory.n < BN_LOOKS_MAX ? memory.n++ : 0;
    memory.threshold[at] = threshold, memory.crossing[at] = crossing;
    return crossing;
}

double bn_sequential_p(const struct bn_sequential *design, const double *d, int n)
{
    double most = -INFINITY;
    for (int look = 0; look < design->n_looks && design->n[look] <= n; look++)
        most = fmax(most, score(design, look, positive_of(d, design->n[look], 0)));
    return isfinite(most) ? fair_crossing(design, most) : 1;
}

double bn_sequential_threshold(const struct bn_sequential *design, double alpha)
{
    remember(design);
    if (memory.alpha == alpha) return memory.least;
    double low = -1, high = sqrt(design->n[design->n_looks - 1]) + 1; /* nothing reaches high */
    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2;
        if (bn_sequential_crossing(design, middle, 0.5) <= alpha)
            high = middle;
        else
            low = middle;
    }
    memory.alpha = alpha, memory.least = high;
    return high;
}

struct bn_interval bn_sequential_interval(const struct bn_sequential *design, const double *d, int n, double alpha)
{
    struct bn_interval interval = {-INFINITY, INFINITY, 1 - 2 * alpha};
    double threshold = bn_sequential_threshold(design, alpha), sorted[BN_PAIRS_MAX];
    for (int look = 0; look < design->n_looks && design->n[look] <= n; look++) {
        int m = design->n[look], count = bn_sequential_count(design, threshold, look);
        if (count > m) continue;
        memcpy(sorted, d, (size_t)m * sizeof *d);
        bn_sample_sort(sorted, (size_t)m);
        interval.low = fmax(interval.low, sorted[m - count]);
        interval.high = fmin(interval.high, sorted[count - 1]);
    }
    return interval;
}
