/* test_levels.c - how often do the tests cry wolf, and do they find what is there? Simulated null series and known
 * effects; the figures are in harness/statistics.md. */
#include "harness/stats/random.h"
#include "harness/stats/multiple.h"
#include "harness/stats/rank_test.h"
#include "harness/stats/sample.h"
#include "harness/stats/sign_test.h"
#include "harness/stats/warmup.h"
#include <criterion/criterion.h>
#include <math.h>

enum { RUNS = 10000, MOST = 100 };

static double normal(struct bn_random *r, double last) { return (void)last, bn_random_normal(r); }
static double lognormal(struct bn_random *r, double last)
{
    return (void)last, exp(bn_random_normal(r)) - 1;
} /* median 0 */
static double bimodal(struct bn_random *r, double last) /* symmetric about 0 */
{
    (void)last;
    return bn_random_normal(r) + (bn_random_uniform(r) < 0.5 ? 3 : -3);
}
static double autocorrelated(struct bn_random *r, double last) { return 0.5 * last + bn_random_normal(r); }
static const struct {
    const char *name;
    double (*next)(struct bn_random *, double last);
} noises[] = {{"normal", normal}, {"lognormal", lognormal}, {"bimodal", bimodal}, {"autocorrelated", autocorrelated}};

typedef double p_of(const double *x, const double *y, size_t n);
static double sign(const double *x, const double *y, size_t n) { return (void)y, bn_sign_test(x, n, 0); }
static double wilcoxon(const double *x, const double *y, size_t n)
{
    return (void)y, bn_wilcoxon(x, n, BN_TWO_SIDED).p;
}
static double mann_whitney(const double *x, const double *y, size_t n)
{
    return bn_mann_whitney(x, n, y, n, BN_TWO_SIDED).p;
}
static double holm(const double *x, const double *y, size_t n) /* smallest of five adjusted p: the family's */
{
    double p[5];
    (void)y;
    for (int i = 0; i < 5; i++) p[i] = bn_sign_test(x + i * (int)n / 5, n / 5, 0);
    bn_holm_adjust(p, 5, p);
    return fmin(fmin(fmin(p[0], p[1]), fmin(p[2], p[3])), p[4]);
}

static double level(int noise, p_of *p, size_t n)
{
    struct bn_random random;
    double x[MOST], y[MOST], last = 0;
    int rejected = 0;
    bn_random_init(&random, 20261125);
    for (int run = 0; run < RUNS; run++) {
        for (size_t i = 0; i < n; i++) x[i] = last = noises[noise].next(&random, last);
        for (size_t i = 0; i < n; i++) y[i] = last = noises[noise].next(&random, last);
        rejected += p(x, y, n) <= 0.05;
    }
    return (double)rejected / RUNS;
}

/* Rejections of a true null hypothesis at 0.05, in 10,000 runs: normal, lognormal, bimodal, autocorrelated. */
static void check(const char *what, p_of *p, size_t n, const double (*bounds)[2])
{
    for (int i = 0; i < 4; i++) {
        double seen = level(i, p, n);
        cr_log_info("%s n=%zu %s %.4f", what, n, noises[i].name, seen);
        cr_expect(seen >= bounds[i][0] && seen <= bounds[i][1],
                  "%s, n %zu, %s noise: level %.4f, expected %.3f to %.3f", what, n, noises[i].name, seen, bounds[i][0],
                  bounds[i][1]);
    }
}

Test(levels, sign_test)
{
    check("sign test", sign, 20, (const double[][2]){{.03, .05}, {.03, .05}, {.03, .05}, {.08, .2}});
}
Test(levels, wilcoxon)
{
    check("wilcoxon", wilcoxon, 20, (const double[][2]){{.043, .056}, {.1, .3}, {.043, .056}, {.1, .3}});
}
Test(levels, mann_whitney)
{
    check("mann-whitney", mann_whitney, 15, (const double[][2]){{.04, .055}, {.04, .055}, {.04, .055}, {.1, .25}});
}
Test(levels, holm_family_of_five)
{
    check("holm", holm, 100, (const double[][2]){{.008, .05}, {.008, .05}, {.008, .05}, {.05, .3}});
}

Test(levels, warm_up_is_cut_and_little_else)
{
    struct bn_random random;
    int left = 0, unsettled = 0, cut = 0, never = 0;
    double x[200];
    bn_random_init(&random, 3);
    for (int run = 0; run < 1000; run++) {
        for (int i = 0; i < 200; i++) x[i] = 100 + bn_random_normal(&random) + (i < 20 ? 30 : 0);
        struct bn_warmup w = bn_warmup_detect(x, 200);
        left += w.n_drop < 20;
        unsettled += !w.steady;
        for (int i = 0; i < 200; i++) x[i] = 100 + bn_random_normal(&random);
        cut += bn_warmup_detect(x, 200).n_drop > 40;
        for (int i = 0; i < 200; i++) x[i] += 0.2 * i; /* never settles */
        never += !bn_warmup_detect(x, 200).steady;
    }
    cr_log_info("warm-up: 20 slow samples stay in %d of 1000 series, called unsettled in %d; a fifth of a steady "
                "series cut in %d; a ramp seen in %d",
                left, unsettled, cut, never);
    cr_expect_eq(left, 0);
    cr_expect_leq(unsettled, 20);
    cr_expect_leq(cut, 100);
    cr_expect_geq(never, 950);
}
