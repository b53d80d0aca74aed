/* segments.c - least squares of levels and slopes in autoregressive noise, over all divisions of a series. */
#include "harness/stats/segments.h"
#include <math.h>
#include <stdlib.h>

/* What is summed at each place i > 0 of the decorrelated series z = x[i] - rho x[i - 1], with place t = i - rho (i -
 * 1). */
enum { Z, ZZ, T, TT, ZT, N_SUMS };

int bn_segment_sums_init(struct bn_segment_sums *s, const double *x, size_t n, double rho)
{
    *s = (struct bn_segment_sums){x, n, rho, calloc((n + 1) * N_SUMS, sizeof *s->at)};
    if (!s->at) return -1;
    for (size_t i = 1; i < n; i++) {
        double z = x[i] - rho * x[i - 1], t = (double)i - rho * (double)(i - 1);
        const double add[N_SUMS] = {z, z * z, t, t * t, z * t};
        for (int k = 0; k < N_SUMS; k++) s->at[(i + 1) * N_SUMS + (size_t)k] = s->at[i * N_SUMS + (size_t)k] + add[k];
    }
    return 0;
}

void bn_segment_sums_free(struct bn_segment_sums *s)
{
    free(s->at);
    s->at = NULL;
}

/* The first value of a segment is taken as drawn from the noise's long-run distribution, the others as decorrelated. */
struct bn_segment_fit bn_segment_fit(const struct bn_segment_sums *s, const struct bn_segment *g)
{
    double first = 1 - s->rho * s->rho, rest = 1 - s->rho, x = s->x[g->from], t = (double)g->from;
    const double *low = s->at + (g->from + 1) * N_SUMS, *high = s->at + g->to * N_SUMS;
    double weight = first + (double)(g->to - g->from - 1) * rest * rest;
    double sx = first * x + rest * (high[Z] - low[Z]), sxx = first * x * x + high[ZZ] - low[ZZ];
    struct bn_segment_fit fit = {
        .rss = sxx - sx * sx / weight, .level = sx / weight, .weight = weight, .lever = INFINITY};
    if (g->sloped) {
        double st = first * t + rest * (high[T] - low[T]);
        double stt = first * t * t + high[TT] - low[TT], sxt = first * x * t + high[ZT] - low[ZT];
        double along = sxt - st * sx / weight;
        fit.centre = st / weight;
        fit.lever = stt - st * st / weight;
        fit.slope = along / fit.lever;
        fit.rss -= along * along / fit.lever;
        fit.level -= fit.slope * fit.centre;
    }
    if (fit.rss < 0) fit.rss = 0;
    return fit;
}

double bn_segment_value(const struct bn_segment_fit *fit, double t) { return fit->level + fit->slope * t; }

double bn_segment_variance(const struct bn_segment_fit *fit, double t)
{
    double off = t - fit->centre;
    return 1 / fit->weight + (isinf(fit->lever) ? 0 : off * off / fit->lever);
}

/* The division of [0, to) whose last segment is `g`, for every price. */
static void extend(struct bn_segment_search *s, const struct bn_segment *g, double rss)
{
    size_t row = s->n + 1, cost = (g->from ? BN_SEGMENT_BORDER : 0) + (g->sloped ? BN_SEGMENT_SLOPE : 0);
    for (size_t u = cost; u <= s->most; u++) {
        double before = g->from ? s->rss[(u - cost) * row + g->from] : u == cost ? 0 : INFINITY;
        double *best = &s->rss[u * row + g->to];
        if (before + rss < *best) {
            *best = before + rss;
            s->from[u * row + g->to] = 2 * (int)g->from + g->sloped;
        }
    }
}

int bn_segment_search(struct bn_segment_search *s, const struct bn_segment_sums *sums,
                      const struct bn_segment_limits *limits, size_t most)
{
    size_t cells = (most + 1) * (sums->n + 1);
    *s = (struct bn_segment_search){sums->n, most, malloc(cells * sizeof *s->rss), calloc(cells, sizeof *s->from)};
    if (!s->rss || !s->from) return bn_segment_search_free(s), -1;
    for (size_t i = 0; i < cells; i++) s->rss[i] = INFINITY;
    for (size_t to = limits->least_level; to <= sums->n; to++)
        for (size_t from = 0; from + limits->least_level <= to; from++) {
            struct bn_segment g = {from, to, false};
            if (from && from < limits->least_level) continue;
            extend(s, &g, bn_segment_fit(sums, &g).rss);
            if (to - from < limits->least_slope) continue;
            g.sloped = true;
            extend(s, &g, bn_segment_fit(sums, &g).rss);
        }
    return 0;
}

double bn_segment_search_rss(const struct bn_segment_search *s, size_t u) { return s->rss[u * (s->n + 1) + s->n]; }

size_t bn_segment_search_division(const struct bn_segment_search *s, size_t u, struct bn_segment *segments)
{
    struct bn_segment backwards[BN_SEGMENTS_MOST];
    size_t count = 0, to = s->n;
    if (isinf(bn_segment_search_rss(s, u))) return 0;
    while (to && count < BN_SEGMENTS_MOST) {
        int from = s->from[u * (s->n + 1) + to];
        struct bn_segment *g = &backwards[count++];
        *g = (struct bn_segment){(size_t)from / 2, to, from % 2};
        to = g->from;
        u -= (to ? BN_SEGMENT_BORDER : 0) + (g->sloped ? BN_SEGMENT_SLOPE : 0);
    }
    for (size_t i = 0; i < count; i++) segments[i] = backwards[count - 1 - i];
    return to ? 0 : count;
}

void bn_segment_search_free(struct bn_segment_search *s)
{
    free(s->rss), free(s->from);
    s->rss = NULL, s->from = NULL;
}
