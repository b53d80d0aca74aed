/* change_point.c - E-Divisive change points. */
#include "harness/stats/change_point.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double distance_sum(const double *x, size_t from, size_t to, double value)
{
    double sum = 0;
    for (size_t i = from; i < to; i++) sum += fabs(x[i] - value);
    return sum;
}

/* Moves one sample at a time from the right part to the left, keeping the three sums of pair distances up to
 * date. */
double bn_change_best(const double *x, size_t n, size_t least, size_t *index)
{
    double left = 0, right = 0, across = 0, best = 0;
    *index = 0;
    for (size_t i = 0; i < n; i++) right += distance_sum(x, i + 1, n, x[i]);
    for (size_t split = 1; split + least <= n; split++) {
        double moved = x[split - 1], to_left = distance_sum(x, 0, split - 1, moved),
               to_right = distance_sum(x, split, n, moved);
        left += to_left;
        right -= to_right;
        across += to_right - to_left;
        if (split < least || split < 2 || n - split < 2) continue;
        double a = (double)split, b = (double)(n - split);
        double energy = 2 * across / (a * b) - 2 * left / (a * (a - 1)) - 2 * right / (b * (b - 1));
        double q = a * b / (a + b) * energy;
        if (q > best) best = q, *index = split;
    }
    return best;
}

struct search {
    const struct bn_change_options *options;
    size_t *ends, n_segments; /* segment i is [ends[i], ends[i + 1]) */
};

/* Best split over all segments of `x`; *at is an index into x, *segment the one it splits. */
static double best_split(const struct search *s, const double *x, size_t *at, size_t *segment)
{
    double best = 0;
    for (size_t i = 0; i < s->n_segments; i++) {
        size_t index, from = s->ends[i];
        double q = bn_change_best(x + from, s->ends[i + 1] - from, s->options->least_segment, &index);
        if (q > best) best = q, *at = from + index, *segment = i;
    }
    return best;
}

/* How often does shuffling inside the segments give a split as good as q? */
static double permutation_p(const struct search *s, double *work, double q, struct bn_random *random)
{
    int as_good = 1;
    size_t at, segment;
    for (int r = 0; r < s->options->n_permutations; r++) {
        for (size_t i = 0; i < s->n_segments; i++)
            bn_random_shuffle(random, work + s->ends[i], s->ends[i + 1] - s->ends[i]);
        as_good += best_split(s, work, &at, &segment) >= q;
    }
    return (double)as_good / (s->options->n_permutations + 1);
}

/* ends[] becomes the sorted borders, p[] their p values. Returns the number of changes. */
static size_t divide(struct search *s, const double *x, size_t n, double *work, double *p, size_t cap,
                     struct bn_random *random)
{
    size_t at = 0, segment = 0;
    while (s->n_segments <= cap) {
        double q = best_split(s, x, &at, &segment);
        if (q <= 0) break;
        memcpy(work, x, n * sizeof *x);
        double chance = permutation_p(s, work, q, random);
        if (chance > s->options->alpha) break;
        size_t move = s->n_segments - segment;
        memmove(s->ends + segment + 2, s->ends + segment + 1, move * sizeof *s->ends);
        memmove(p + segment + 2, p + segment + 1, move * sizeof *p);
        s->ends[segment + 1] = at;
        p[segment + 1] = chance;
        s->n_segments++;
    }
    return s->n_segments - 1;
}

int bn_change_points(const double *x, size_t n, const struct bn_change_options *options, struct bn_random *random,
                     struct bn_change_point *points, size_t cap)
{
    struct search s = {options, calloc(cap + 2, sizeof(size_t)), 1};
    double *work = malloc((n + cap + 3) * sizeof *work), *p = work + n;
    size_t found = 0;
    if (s.ends && work) {
        s.ends[1] = n;
        found = divide(&s, x, n, work, p, cap, random);
        for (size_t i = 0; i < found; i++) {
            size_t from = s.ends[i], at = s.ends[i + 1], to = s.ends[i + 2];
            points[i] = (struct bn_change_point){at, p[i + 1], bn_sample_median(x + from, at - from),
                                                 bn_sample_median(x + at, to - at)};
        }
    }
    int result = s.ends && work ? (int)found : -1;
    free(s.ends);
    free(work);
    return result;
}
