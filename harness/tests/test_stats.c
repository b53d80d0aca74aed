/* test_stats.c - harness/stats against values computed by R (data/stats.R writes data/stats.tsv) and, from the
 * definitions, by data/segments.py (segments.tsv), and the published outputs of the random generator. */
#include "harness/stats/bootstrap.h"
#include "harness/stats/change_point.h"
#include "harness/stats/distribution.h"
#include "harness/stats/multiple.h"
#include "harness/stats/power.h"
#include "harness/stats/rank_test.h"
#include "harness/stats/sample.h"
#include "harness/stats/segments.h"
#include "harness/stats/warmup.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 512 };
struct column {
    double v[MOST];
    size_t n;
};
struct row {
    struct column param, x, y, want;
};

static void parse(struct column *column, char *text)
{
    column->n = 0;
    for (char *end; column->n < MOST; text = end) {
        double value = strtod(text, &end);
        if (end == text) break;
        column->v[column->n++] = value;
    }
}

static bool agrees(double got, double want, double tolerance)
{
    return got == want ||
           fabs(got - want) <= tolerance * (want == 0 ? 1 : fabs(want)); /* relative: small p values count */
}

static void check_rows(const char *what, void (*compute)(const struct row *, double *), double tolerance)
{
    static char line[65536];
    static struct row row;
    const char *path =
        strncmp(what, "segment_", 8) ? "harness/tests/data/stats.tsv" : "harness/tests/data/segments.tsv";
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s is missing; run from the repository root", path);
    int n_rows = 0, number = 0;
    while (fgets(line, sizeof line, file)) {
        char *rest = line, *name = strsep(&rest, "\t");
        number++;
        if (strcmp(name, what)) continue;
        struct column *columns[] = {&row.param, &row.x, &row.y, &row.want};
        for (int i = 0; i < 4; i++) parse(columns[i], strsep(&rest, "\t"));
        double got[MOST] = {0};
        compute(&row, got);
        for (size_t i = 0; i < row.want.n; i++)
            cr_expect(agrees(got[i], row.want.v[i], tolerance), "%s:%d: %s value %zu is %.17g, not %.17g", path, number,
                      what, i, got[i], row.want.v[i]);
        n_rows++;
    }
    fclose(file);
    cr_assert(n_rows > 0, "no rows for %s", what);
}

/* CHECKED(function, tolerance) { fill got[] from r } */
#define CHECKED(what, tolerance)                                                                                       \
    static void what##_of(const struct row *r, double *got);                                                           \
    Test(stats, what) { check_rows(#what, what##_of, (tolerance)); }                                                   \
    static void what##_of(const struct row *r, double *got)

CHECKED(median, 1e-12) { got[0] = bn_sample_median(r->x.v, r->x.n); }
CHECKED(mad, 1e-12) { got[0] = bn_sample_mad(r->x.v, r->x.n); }
CHECKED(sd, 1e-12) { got[0] = bn_sample_sd(r->x.v, r->x.n); }
CHECKED(quantile, 1e-12) { got[0] = bn_sample_quantile(r->x.v, r->x.n, r->param.v[0]); }
CHECKED(ranks, 0) { bn_sample_ranks(r->x.v, r->x.n, got, NULL); }
CHECKED(autocorrelation, 1e-12) { got[0] = bn_sample_autocorrelation(r->x.v, r->x.n, (size_t)r->param.v[0]); }
CHECKED(normal_cdf, 1e-10) { got[0] = bn_normal_cdf(r->x.v[0]); }
CHECKED(normal_quantile, 1e-10) { got[0] = bn_normal_quantile(r->x.v[0]); }
CHECKED(binomial, 1e-10)
{
    int k = (int)r->x.v[0], n = (int)r->x.v[1];
    double p = r->x.v[2];
    got[0] = bn_binomial_pmf(k, n, p), got[1] = bn_binomial_cdf(k, n, p), got[2] = bn_binomial_tail(k, n, p);
}
static void put(struct bn_interval interval, double *got)
{
    got[0] = interval.low, got[1] = interval.high, got[2] = interval.confidence;
}
CHECKED(sign_interval, 1e-12) { put(bn_sign_interval(r->x.v, r->x.n, r->param.v[0]), got); }
CHECKED(sign_interpolated, 1e-12) { put(bn_sign_interval_interpolated(r->x.v, r->x.n, r->param.v[0]), got); }
CHECKED(sign_test, 1e-10) { got[0] = bn_sign_test(r->x.v, r->x.n, r->param.v[0]); }
CHECKED(mann_whitney, 1e-10)
{
    struct bn_rank_test t = bn_mann_whitney(r->x.v, r->x.n, r->y.v, r->y.n, (enum bn_side)r->param.v[0]);
    got[0] = t.statistic, got[1] = t.p;
}
CHECKED(wilcoxon, 1e-10)
{
    struct bn_rank_test t = bn_wilcoxon(r->x.v, r->x.n, (enum bn_side)r->param.v[0]);
    got[0] = t.statistic, got[1] = t.p;
}
CHECKED(cliff, 1e-12) { got[0] = bn_cliff_delta(r->x.v, r->x.n, r->y.v, r->y.n); }
CHECKED(holm, 1e-14) { bn_holm_adjust(r->x.v, r->x.n, got); }
CHECKED(fdr, 1e-14) { bn_fdr_adjust(r->x.v, r->x.n, got); }
CHECKED(mcnemar, 1e-10) { got[0] = bn_mcnemar((int)r->x.v[0], (int)r->x.v[1]); }
static void bootstrap(const struct row *r, double *got, bool bca)
{
    struct bn_random random;
    bn_random_init(&random, 1);
    struct bn_bootstrap request = {bn_sample_mean, 400000, r->param.v[0], bca, 1};
    put(bn_bootstrap_interval(&request, r->x.v, r->x.n, &random), got);
}
CHECKED(bootstrap_mean, 0.02)
{
    bootstrap(r, got, false);
} /* R lists every resample, we draw 400,000 of them: neighbouring values at most */
CHECKED(bca_mean, 0.04) { bootstrap(r, got, true); }
CHECKED(block_length, 0) { got[0] = (double)bn_block_length(r->x.v, r->x.n); }
CHECKED(sign_power, 1e-10) { got[0] = bn_sign_power((int)r->param.v[0], r->param.v[1], r->param.v[2]); }
CHECKED(sign_detectable, 1e-9) { got[0] = bn_sign_detectable((int)r->param.v[0], r->param.v[1], r->param.v[2]); }
static const struct bn_sequential looks = {4, {5, 8, 10, 12}};
CHECKED(sequential_crossing, 1e-12) { got[0] = bn_sequential_crossing(&looks, r->param.v[0], r->param.v[1]); }
CHECKED(sequential_p, 1e-12) { got[0] = bn_sequential_p(&looks, r->x.v, (int)r->x.n); }
CHECKED(segment_fit, 1e-9)
{
    struct bn_segment_sums sums;
    struct bn_segment g = {(size_t)r->param.v[1], (size_t)r->param.v[2], r->param.v[3] > 0};
    cr_assert_eq(bn_segment_sums_init(&sums, r->x.v, r->x.n, r->param.v[0]), 0);
    struct bn_segment_fit fit = bn_segment_fit(&sums, &g);
    got[0] = fit.rss, got[1] = bn_segment_value(&fit, (double)g.from), got[2] = bn_segment_value(&fit, (double)g.to);
    got[3] = bn_segment_variance(&fit, (double)g.to - 0.5);
    bn_segment_sums_free(&sums);
}
CHECKED(segment_search, 1e-9)
{
    struct bn_segment_sums sums;
    struct bn_segment_search search;
    struct bn_segment division[BN_SEGMENTS_MOST];
    struct bn_segment_limits limits = {(size_t)r->param.v[1], (size_t)r->param.v[2]};
    cr_assert_eq(bn_segment_sums_init(&sums, r->x.v, r->x.n, r->param.v[0]), 0);
    cr_assert_eq(bn_segment_search(&search, &sums, &limits, 9), 0);
    size_t n = bn_segment_search_division(&search, (size_t)r->param.v[3], division);
    got[0] = n ? bn_segment_search_rss(&search, (size_t)r->param.v[3]) : 0;
    for (size_t i = 0; i < n; i++)
        got[1 + 3 * i] = (double)division[i].from, got[2 + 3 * i] = (double)division[i].to,
                    got[3 + 3 * i] = division[i].sloped;
    bn_segment_search_free(&search);
    bn_segment_sums_free(&sums);
}
CHECKED(sequential_interval, 1e-12) { put(bn_sequential_interval(&looks, r->x.v, (int)r->x.n, r->param.v[0]), got); }
CHECKED(batch_interval, 1e-12) { put(bn_batch_interval(r->x.v, r->x.n, (size_t)r->param.v[0], r->param.v[1]), got); }
CHECKED(shift_normal, 1e-10) { got[0] = bn_shift_normal(r->x.v, r->x.n, r->param.v[0]); }
CHECKED(shift_observed, 1e-12) { got[0] = bn_shift_observed(r->x.v, r->x.n, r->param.v[0]); }
CHECKED(sequential_detectable, 1e-9) { got[0] = bn_sequential_detectable(&looks, r->param.v[0], r->param.v[1]); }
CHECKED(warmup, 0)
{
    struct bn_warmup w = bn_warmup_detect(r->x.v, r->x.n);
    got[0] = (double)w.n_drop, got[1] = w.steady;
}

/* xoshiro256++ from state 1 2 3 4 and splitmix64 from 1234567: values published with the reference code. */
Test(stats, random_reference_vectors)
{
    struct bn_random random = {{1, 2, 3, 4}};
    static const uint64_t want[] = {41943041u, 58720359u, 3588806011781223u, 3591011842654386u};
    for (int i = 0; i < 4; i++) cr_expect_eq(bn_random_next(&random), want[i]);
    uint64_t seed = 1234567;
    cr_expect_eq(bn_random_split(&seed), 6457827717110365317u);
    cr_expect_eq(bn_random_split(&seed), 3203168211198807973u);
}

Test(stats, random_below_is_even)
{
    struct bn_random random;
    bn_random_init(&random, 7);
    int seen[6] = {0};
    for (int i = 0; i < 60000; i++) seen[bn_random_below(&random, 6)]++;
    for (int i = 0; i < 6; i++)
        cr_expect(abs(seen[i] - 10000) < 500, "%d came %d times of 60000", i, seen[i]); /* 5.5 sd */
}

Test(stats, nothing_to_measure_has_no_answer)
{
    struct bn_random random;
    bn_random_init(&random, 1);
    struct bn_bootstrap request = {bn_sample_mean, 100, 0.95, false, 1};
    double x[] = {1, 2, 3};
    struct bn_change changes[BN_CHANGES_MOST];
    cr_expect(isnan(bn_sample_median(NULL, 0)) && isnan(bn_sample_mad(NULL, 0)) && isnan(bn_sample_mean(NULL, 0)));
    cr_expect(isnan(bn_bootstrap_interval(&request, x, 0, &random).low));
    request.block = 0;
    cr_expect(isnan(bn_bootstrap_interval(&request, x, 3, &random).low));
    cr_expect(isinf(bn_sign_interval(x, 3, 0.95).low), "three samples cannot carry 95 %%");
    cr_expect_eq(bn_sign_test(x, 0, 0), 1);
    cr_expect_eq(bn_sign_above(x, 0, 0), 1);
    const double signs[] = {1, 1, 1, 1, 1, 1, 1, -1}; /* 8 coins, at least 7 or 8 heads: 9 and 1 of 256 */
    cr_expect_float_eq(bn_sign_above(signs, 8, 0), 9.0 / 256, 1e-12);
    cr_expect_float_eq(bn_sign_above(signs, 7, 0), 1.0 / 128, 1e-12);
    cr_expect_float_eq(bn_sign_above(signs, 8, 2), 1, 1e-12);
    cr_expect_eq(bn_changes_find(x, 3, &(struct bn_change_options){0.01, 0.001, 0.5}, changes), 0);
    cr_expect(!bn_warmup_detect(x, 3).steady);
    struct bn_sequential design;
    cr_expect_eq(bn_sequential_init(&design, 1, 1, 5000), -1);
}
