/* change_point.c - chooses a division of the series and drops what is not certain or too small. */
#include "harness/stats/change_point.h"
#include "harness/stats/sample.h"
#include "harness/stats/segments.h"
#include "harness/stats/student.h"
#include <math.h>
#include <stdlib.h>

static const struct bn_segment_limits limits = {.least_level = 4, .least_slope = 10};
/* What a division must gain in twice the log likelihood: for changing at all, and log n for each unit of its price.
 * Short series reach the same gains by chance more often. Steady series decided on the figures (statistics.md). */
static const double penalty = 4.5, penalty_short = 60;
static const double jump_gain = 12; /* the same for a jump where a slope begins or ends; p = 0.0005 of one parameter */
static const double resolution = 1e-4; /* standard deviation that every series has at least, in log units: 0.01 % */
enum { HALF_WINDOW = 3 };

struct model {
    struct bn_segment_sums sums;
    struct bn_segment at[BN_SEGMENTS_MOST];
    struct bn_segment_fit fit[BN_SEGMENTS_MOST];
    size_t n;
    double variance, freedom; /* of the decorrelated noise */
};

/* Hampel's filter: values further than three spreads from the median of their neighbours are moved there. */
static int clip_outliers(const double *x, size_t n, double *clean)
{
    double *off = calloc(2 * n, sizeof *off), *middle = off + n;
    if (!off) return -1;
    for (size_t i = 0; i < n; i++) {
        size_t from = i < HALF_WINDOW ? 0 : i - HALF_WINDOW, to = i + HALF_WINDOW < n ? i + HALF_WINDOW + 1 : n;
        middle[i] = bn_sample_median(x + from, to - from);
        off[i] = x[i] - middle[i];
    }
    double most = 3 * fmax(bn_sample_mad(off, n), resolution);
    for (size_t i = 0; i < n; i++) clean[i] = middle[i] + fmax(-most, fmin(most, off[i]));
    free(off);
    return 0;
}

static double cost(double rss, size_t n, double rho, size_t segments, size_t price)
{
    double count = (double)n;
    return count * log(rss / count + resolution * resolution) - (double)segments * log(1 - rho * rho) +
           (price ? penalty + penalty_short / count + (double)price * log(fmax(count, 40)) : 0);
}

/* The best division for one autocorrelation; replaces *best where it is better. */
static int try_rho(const double *x, size_t n, double rho, double *best, double *best_rho, struct model *m)
{
    struct bn_segment_sums sums;
    struct bn_segment_search search = {0};
    size_t most = n / 2 < 36 ? n / 2 : 36; /* no more than a parameter for three values */
    if (bn_segment_sums_init(&sums, x, n, rho)) return -1;
    int bad = bn_segment_search(&search, &sums, &limits, most);
    for (size_t u = 0; !bad && u <= most; u++) {
        struct bn_segment division[BN_SEGMENTS_MOST];
        size_t count = bn_segment_search_division(&search, u, division);
        if (!count) continue;
        double c = cost(bn_segment_search_rss(&search, u), n, rho, count, u);
        if (c >= *best) continue;
        *best = c, *best_rho = rho, m->n = count;
        for (size_t i = 0; i < count; i++) m->at[i] = division[i];
    }
    bn_segment_search_free(&search);
    bn_segment_sums_free(&sums);
    return bad;
}

static void refit(struct model *m)
{
    double rss = 0, parameters = 1; /* the autocorrelation */
    for (size_t i = 0; i < m->n; i++) {
        m->fit[i] = bn_segment_fit(&m->sums, &m->at[i]);
        rss += m->fit[i].rss;
        parameters += m->at[i].sloped ? 2 : 1;
    }
    m->freedom = fmax((double)m->sums.n - parameters, 1);
    m->variance = rss / m->freedom + resolution * resolution;
}

static double p_of(const struct model *m, double value, double variance)
{
    return 2 * bn_student_cdf(-fabs(value) / sqrt(variance * m->variance), m->freedom);
}

/* Between segments i and i + 1, halfway between their values: 0 where a slope only begins or ends. */
static double jump(const struct model *m, size_t i, double *p)
{
    double t = (double)m->at[i + 1].from - 0.5;
    double shift = bn_segment_value(&m->fit[i + 1], t) - bn_segment_value(&m->fit[i], t);
    *p = p_of(m, shift, bn_segment_variance(&m->fit[i], t) + bn_segment_variance(&m->fit[i + 1], t));
    return shift;
}

static double climb(const struct model *m, size_t i, double *p)
{
    *p = p_of(m, m->fit[i].slope, 1 / m->fit[i].lever);
    return m->fit[i].slope * (double)(m->at[i].to - 1 - m->at[i].from);
}

struct weakest {
    size_t segment;
    bool slope; /* of the segment, else the border behind it */
    double score;
};

/* How far a change is from passing: below 0 it passes. */
static double fails(double shift, double p, const struct bn_change_options *options)
{
    if (p > options->alpha) return 1 + p;
    return fabs(shift) < options->least ? 1 - fabs(shift) / options->least : -1;
}

static void weigh(struct weakest *w, size_t segment, bool slope, double score)
{
    if (score > w->score) *w = (struct weakest){segment, slope, score};
}

/* A border beside a slope may be without a jump. */
static bool drop_weakest(struct model *m, const struct bn_change_options *options)
{
    struct weakest w = {.score = 0};
    double p;
    for (size_t i = 0; i < m->n; i++)
        if (m->at[i].sloped) {
            double shift = climb(m, i, &p);
            weigh(&w, i, true, fails(shift, p, options));
        }
    for (size_t i = 0; i + 1 < m->n; i++)
        if (!m->at[i].sloped && !m->at[i + 1].sloped) {
            double shift = jump(m, i, &p);
            weigh(&w, i, false, fails(shift, p, options));
        }
    if (w.score <= 0) return false;
    if (w.slope)
        m->at[w.segment].sloped = false;
    else {
        m->at[w.segment].to = m->at[w.segment + 1].to;
        for (size_t i = w.segment + 1; i + 1 < m->n; i++) m->at[i] = m->at[i + 1];
        m->n--;
    }
    return true;
}

/* Least squares over segments i and i + 1 together, of lines that meet at `at`. */
static double joint_rss(const struct model *m, size_t i, double at)
{
    double rho = m->sums.rho, a[3][4] = {{0}}; /* normal equations: level where they meet, slope before, slope after */
    double squares = 0;
    size_t from = m->at[i].from, to = m->at[i + 1].to;
    for (size_t k = from; k < to; k++) {
        double off = (double)k - at, last = off - 1, w = k == from ? 1 - rho * rho : 1, keep = k == from ? 0 : rho;
        const double row[4] = {1 - keep, m->at[i].sloped ? fmin(off, 0) - keep * fmin(last, 0) : 0,
                               m->at[i + 1].sloped ? fmax(off, 0) - keep * fmax(last, 0) : 0,
                               m->sums.x[k] - (k == from ? 0 : keep * m->sums.x[k - 1])};
        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 4; c++) a[r][c] += w * row[r] * row[c];
        squares += w * row[3] * row[3];
    }
    for (int p = 0; p < 3; p++) { /* eliminate; a line that is flat has no equation */
        if (a[p][p] <= 1e-12) continue;
        squares -= a[p][3] * a[p][3] / a[p][p];
        for (int r = p + 1; r < 3; r++) {
            double f = a[r][p] / a[p][p];
            for (int c = p; c < 4; c++) a[r][c] -= f * a[p][c];
        }
    }
    return squares;
}

/* A slope that begins or ends beside segment i makes a border without a jump, unless two lines that meet explain the
 * values much worse. True: they do not; the border is moved to where they meet. */
static bool meets(struct model *m, size_t i)
{
    size_t left = m->at[i].sloped ? limits.least_slope : limits.least_level, best_at = m->at[i].to;
    size_t right = m->at[i + 1].sloped ? limits.least_slope : limits.least_level;
    double apart = m->fit[i].rss + m->fit[i + 1].rss, best = INFINITY;
    if (!m->at[i].sloped && !m->at[i + 1].sloped) return false;
    for (size_t at = m->at[i].from + left; at + right <= m->at[i + 1].to; at++) {
        double rss = joint_rss(m, i, (double)at - 0.5);
        if (rss < best) best = rss, best_at = at;
    }
    if (best - apart > jump_gain * m->variance) return false;
    m->at[i].to = m->at[i + 1].from = best_at;
    refit(m);
    return true;
}

/* The places that hold 95 % of the likelihood of a border, with everything else as it is. */
static void locate(const struct model *m, size_t i, struct bn_change *change)
{
    struct bn_segment left = m->at[i], right = m->at[i + 1];
    double best = m->fit[i].rss + m->fit[i + 1].rss, all = 0, *weight = calloc(right.to, sizeof *weight);
    change->low = change->high = right.from;
    if (!weight) return;
    for (size_t at = left.from + limits.least_level; at + limits.least_level <= right.to; at++) {
        left.to = right.from = at;
        double rss = bn_segment_fit(&m->sums, &left).rss + bn_segment_fit(&m->sums, &right).rss;
        all += weight[at] = exp(-(rss - best) / (2 * m->variance));
    }
    for (double held = weight[change->from]; held < 0.95 * all;) { /* the likelier neighbour joins */
        double below = change->low ? weight[change->low - 1] : 0;
        double above = change->high + 1 < right.to ? weight[change->high + 1] : 0;
        if (below <= 0 && above <= 0) break;
        held += fmax(below, above);
        if (below > above)
            change->low--;
        else
            change->high++;
    }
    free(weight);
}

static int report(struct model *m, const struct bn_change_options *options, size_t skipped, struct bn_change *changes)
{
    int count = 0;
    bool met[BN_SEGMENTS_MOST] = {false};
    for (size_t i = 0; i + 1 < m->n; i++) met[i] = meets(m, i);
    for (size_t i = 0; i < m->n && count + 1 < BN_CHANGES_MOST; i++) {
        struct bn_change c = {.from = m->at[i].from, .to = m->at[i].to - 1};
        if (m->at[i].sloped) {
            c.drifts = true, c.low = c.from, c.high = c.to;
            c.shift = climb(m, i, &c.p);
            changes[count++] = c;
        }
        if (i + 1 == m->n || met[i]) continue;
        c = (struct bn_change){.from = m->at[i + 1].from, .to = m->at[i + 1].from};
        c.shift = jump(m, i, &c.p);
        if (fails(c.shift, c.p, options) > 0) continue;
        locate(m, i, &c);
        changes[count++] = c;
    }
    for (int i = 0; i < count; i++)
        changes[i].from += skipped, changes[i].to += skipped, changes[i].low += skipped, changes[i].high += skipped;
    return count;
}

struct bn_change_options bn_change_rule(double least, bool related)
{
    return (struct bn_change_options){.least = log1p(least), .alpha = 0.001, .most_rho = related ? 0.5 : 0.8};
}

int bn_changes_find(const double *x, size_t n, const struct bn_change_options *options, struct bn_change *changes)
{
    struct model m = {.n = 0};
    double best = INFINITY, rho = 0;
    size_t skipped = n > BN_CHANGE_MOST_VALUES ? n - BN_CHANGE_MOST_VALUES : 0;
    if (n < BN_CHANGE_LEAST_VALUES) return 0;
    n -= skipped;
    double *clean = malloc(n * sizeof *clean);
    int bad = clean ? clip_outliers(x + skipped, n, clean) : -1;
    for (int i = 0; !bad && 0.1 * i < options->most_rho + 1e-9; i++) bad = try_rho(clean, n, 0.1 * i, &best, &rho, &m);
    if (!bad && !(bad = bn_segment_sums_init(&m.sums, clean, n, rho))) {
        do refit(&m);
        while (drop_weakest(&m, options));
    }
    int count = bad ? -1 : report(&m, options, skipped, changes);
    bn_segment_sums_free(&m.sums);
    free(clean);
    return count;
}
