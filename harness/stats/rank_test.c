/* rank_test.c - Mann-Whitney, Wilcoxon signed ranks, Cliff's delta. */
#include "harness/stats/rank_test.h"
#include "harness/stats/distribution.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* p of `value` in a distribution given as counts[0..top], symmetric about top/2. */
static double exact_p(const double *counts, size_t top, double value, enum bn_side side)
{
    double all = 0, below = 0, above = 0; /* P(<= value), P(>= value) */
    for (size_t i = 0; i <= top; i++) {
        all += counts[i];
        if ((double)i <= value) below += counts[i];
        if ((double)i >= value) above += counts[i];
    }
    double p = side == BN_LESS ? below : side == BN_GREATER ? above : 2 * fmin(below, above);
    return fmin(p / all, 1);
}

static double normal_p(double distance, double variance, enum bn_side side)
{
    if (!(variance > 0)) return 1;
    double step = side == BN_LESS ? -0.5 : side == BN_GREATER ? 0.5 : distance > 0 ? 0.5 : distance < 0 ? -0.5 : 0;
    double z = (distance - step) / sqrt(variance);
    double p = side == BN_LESS      ? bn_normal_cdf(z)
               : side == BN_GREATER ? bn_normal_cdf(-z)
                                    : 2 * bn_normal_cdf(-fabs(z));
    return fmin(p, 1);
}

/* counts[u] = number of ways to choose nx of nx + ny ranks with U = u. Caller frees. */
static double *mann_whitney_counts(size_t nx, size_t ny)
{
    size_t width = nx * ny + 1;
    double *ways = calloc((nx + 1) * width, sizeof *ways); /* [chosen][u] */
    if (!ways) return NULL;
    ways[0] = 1;
    for (size_t item = 0; item < nx + ny; item++)
        for (size_t chosen = item < nx ? item + 1 : nx; chosen > 0; chosen--) {
            size_t beaten = item + 1 - chosen; /* ys already below this item, if it is the chosen-th x */
            if (beaten > ny) continue;
            for (size_t u = width; u-- > beaten;) ways[chosen * width + u] += ways[(chosen - 1) * width + u - beaten];
        }
    memmove(ways, ways + nx * width, width * sizeof *ways);
    return ways;
}

struct bn_rank_test bn_mann_whitney(const double *x, size_t nx, const double *y, size_t ny, enum bn_side side)
{
    struct bn_rank_test test = {NAN, NAN, false};
    size_t n = nx + ny;
    double ties, *all = malloc(2 * (n ? n : 1) * sizeof *all), *ranks = all + n;
    if (!all) return test;
    memcpy(all, x, nx * sizeof *x);
    memcpy(all + nx, y, ny * sizeof *y);
    if (bn_sample_ranks(all, n, ranks, &ties) == 0) {
        double a = (double)nx, b = (double)ny, c = a + b, *counts = NULL;
        test.statistic = -a * (a + 1) / 2;
        for (size_t i = 0; i < nx; i++) test.statistic += ranks[i];
        test.exact = nx < 50 && ny < 50 && ties == 0 && (counts = mann_whitney_counts(nx, ny));
        test.p = test.exact ? exact_p(counts, nx * ny, test.statistic, side)
                            : normal_p(test.statistic - a * b / 2, a * b / 12 * (c + 1 - ties / (c * (c - 1))), side);
        free(counts);
    }
    free(all);
    return test;
}

/* counts[v] = number of sign patterns of the ranks 1..n with V = v. Caller frees. */
static double *wilcoxon_counts(size_t n)
{
    size_t top = n * (n + 1) / 2;
    double *ways = calloc(top + 1, sizeof *ways);
    if (!ways) return NULL;
    ways[0] = 1;
    for (size_t rank = 1; rank <= n; rank++)
        for (size_t v = top + 1; v-- > rank;) ways[v] += ways[v - rank];
    return ways;
}

struct bn_rank_test bn_wilcoxon(const double *difference, size_t n, enum bn_side side)
{
    struct bn_rank_test test = {NAN, NAN, false};
    double ties, *size = calloc(2 * (n ? n : 1), sizeof *size), *ranks = size + n;
    size_t m = 0;
    if (!size) return test;
    for (size_t i = 0; i < n; i++)
        if (difference[i] != 0) size[m++] = fabs(difference[i]);
    if (bn_sample_ranks(size, m, ranks, &ties) == 0) {
        double a = (double)m, *counts = NULL;
        test.statistic = 0;
        for (size_t i = 0, j = 0; i < n; i++)
            if (difference[i] != 0) test.statistic += difference[i] > 0 ? ranks[j++] : (j++, 0);
        test.exact = m < 50 && m == n && ties == 0 && (counts = wilcoxon_counts(m));
        test.p = test.exact
                     ? exact_p(counts, m * (m + 1) / 2, test.statistic, side)
                     : normal_p(test.statistic - a * (a + 1) / 4, a * (a + 1) * (2 * a + 1) / 24 - ties / 48, side);
        free(counts);
    }
    free(size);
    return test;
}

double bn_cliff_delta(const double *x, size_t nx, const double *y, size_t ny)
{
    struct bn_rank_test test = bn_mann_whitney(x, nx, y, ny, BN_TWO_SIDED);
    return 2 * test.statistic / ((double)nx * (double)ny) - 1;
}
