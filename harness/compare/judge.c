/* judge.c - size, certainty and verdict of a difference. */
#include "harness/compare/compare.h"
#include "harness/stats/bootstrap.h"
#include "harness/stats/multiple.h"
#include "harness/stats/rank_test.h"
#include "harness/stats/sample.h"
#include "harness/stats/student.h"
#include <math.h>
#include <stdlib.h>

enum { RESAMPLES = 2000 };
static const double confidence = 0.95, level = 0.05;

static const struct bn_interval unknown = {NAN, NAN, 0.95};

static double resampled_median(const double *x, size_t n, double *room, struct bn_random *random)
{
    for (size_t i = 0; i < n; i++) room[i] = x[bn_random_below(random, n)];
    return bn_sample_median(room, n);
}

/* Percentile bootstrap of median(head) - median(base) over processes, each side resampled independently. */
static struct bn_interval unpaired_interval(const double *base, size_t n_base, const double *head, size_t n_head,
                                            struct bn_random *random)
{
    double *room = malloc((n_base + n_head) * sizeof *room), *values = malloc(RESAMPLES * sizeof *values);
    struct bn_interval interval = unknown;
    for (int r = 0; room && values && r < RESAMPLES; r++)
        values[r] = resampled_median(head, n_head, room, random) - resampled_median(base, n_base, room, random);
    if (room && values) {
        bn_sample_sort(values, RESAMPLES);
        interval.low = bn_sample_quantile_sorted(values, RESAMPLES, (1 - confidence) / 2);
        interval.high = bn_sample_quantile_sorted(values, RESAMPLES, (1 + confidence) / 2);
    }
    free(room), free(values);
    return interval;
}

static void set(struct bn_compare_line *line, double log_ratio, struct bn_interval i, double p)
{
    line->ratio = exp(log_ratio), line->low = exp(i.low), line->high = exp(i.high);
    line->p = isnan(p) ? 1 : p;
}

/* Log times of a side's processes. */
static void logs(const struct bn_compare_side *s, double *x)
{
    for (size_t i = 0; i < s->n; i++) x[i] = log(s->cells[i].ns);
}

/* The processes differ, and by more than whole runs of one build do. */
static void judge_unpaired(struct bn_compare_line *line, int freedom, double *base, double *head,
                           struct bn_random *random)
{
    size_t nb = line->base.n, nh = line->head.n;
    logs(&line->base, base), logs(&line->head, head);
    double shift = bn_sample_median(head, nh) - bn_sample_median(base, nb), p = 1;
    struct bn_interval interval = unknown;
    if (freedom > 0 && line->noise > 0) {
        double half = line->noise * bn_student_quantile((1 + confidence) / 2, freedom);
        if (nb > 1 && nh > 1) interval = unpaired_interval(base, nb, head, nh, random);
        interval.low = fmin(interval.low, shift - half), interval.high = fmax(interval.high, shift + half);
        p = fmax(bn_mann_whitney(head, nh, base, nb, BN_TWO_SIDED).p,
                 2 * bn_student_cdf(-fabs(shift) / line->noise, freedom));
    }
    set(line, shift, interval, p);
}

/* Processes of the same round are pairs; both lists are in order of rounds. */
static void judge_paired(struct bn_compare_line *line, double *d, struct bn_random *random)
{
    size_t n = 0;
    for (size_t i = 0, j = 0; i < line->base.n && j < line->head.n;) {
        const struct bn_compare_cell *b = &line->base.cells[i], *h = &line->head.cells[j];
        if (b->round == h->round) d[n++] = log(h->ns / b->ns);
        i += b->round <= h->round, j += h->round <= b->round;
    }
    const struct bn_bootstrap request = {
        .statistic = bn_sample_median, .n_resamples = RESAMPLES, .confidence = confidence, .block = 1};
    set(line, bn_sample_median(d, n), n > 1 ? bn_bootstrap_interval(&request, d, n, random) : unknown,
        n ? bn_wilcoxon(d, n, BN_TWO_SIDED).p : 1);
}

static double side_median(const struct bn_compare_side *s, double *room)
{
    for (size_t i = 0; i < s->n; i++) room[i] = s->cells[i].ns;
    return bn_sample_median(room, s->n);
}

static enum bn_compare_verdict verdict(const struct bn_compare_line *line, double least)
{
    if (line->p_adjusted <= level && line->ratio > 1 + least) return BN_COMPARE_SLOWER;
    if (line->p_adjusted <= level && line->ratio < 1 / (1 + least)) return BN_COMPARE_FASTER;
    return line->low >= 1 / (1 + least) && line->high <= 1 + least ? BN_COMPARE_SAME : BN_COMPARE_UNCLEAR;
}

void bn_compare_judge(struct bn_comparison *c, double least)
{
    size_t most = 1;
    for (size_t i = 0; i < c->n_lines; i++)
        most = c->lines[i].base.n + c->lines[i].head.n > most ? c->lines[i].base.n + c->lines[i].head.n : most;
    double *x = malloc(2 * most * sizeof *x), *p = malloc((c->n_lines + 1) * sizeof *p);
    struct bn_random random;
    bn_random_init(&random, 1);
    for (size_t i = 0; x && p && i < c->n_lines; i++) {
        struct bn_compare_line *line = &c->lines[i];
        line->base.ns = side_median(&line->base, x), line->head.ns = side_median(&line->head, x);
        if (line->paired)
            judge_paired(line, x, &random);
        else
            judge_unpaired(line, c->noise.freedom, x, x + most, &random);
        p[i] = line->p;
    }
    bool ok = x && p && !bn_holm_adjust(p, c->n_lines, p);
    for (size_t i = 0; i < c->n_lines; i++) {
        c->lines[i].p_adjusted = ok ? p[i] : 1;
        c->lines[i].verdict = verdict(&c->lines[i], least);
    }
    free(x), free(p);
}
