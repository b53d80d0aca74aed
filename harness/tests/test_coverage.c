/* test_coverage.c - does a 95 % interval hold the truth 95 times in 100? 10,000 simulated samples for each
 * kind of noise. Rows outside 94-96 % are limits of the method, given with their measured figure in
 * harness/statistics.md. */
#include "harness/stats/bootstrap.h"
#include "harness/stats/sample.h"
#include "harness/stats/sequential.h"
#include <criterion/criterion.h>
#include <math.h>

enum { RUNS = 10000, MOST = 400, RESAMPLES = 300 };

static double normal(struct bn_random *r, double last)
{
    (void)last;
    return bn_random_normal(r);
}
static double lognormal(struct bn_random *r, double last)
{
    (void)last;
    return exp(bn_random_normal(r));
}
static double bimodal(struct bn_random *r, double last) /* two levels, as a clock that boosts now and then */
{
    (void)last;
    return bn_random_normal(r) + (bn_random_uniform(r) < 0.3 ? 6 : 0);
}
static double autocorrelated(struct bn_random *r, double last) /* AR(1), 0.5 */
{
    return 0.5 * last + bn_random_normal(r);
}

struct noise {
    const char *name;
    double (*next)(struct bn_random *, double last);
    double median, mean;
};
static const struct noise noises[] = {{"normal", normal, 0, 0},
                                      {"lognormal", lognormal, 1, 1.6487212707001282},
                                      {"bimodal", bimodal, 0.5659488219, 1.8}, /* solves .7 F(m) + .3 F(m - 6) = .5 */
                                      {"autocorrelated", autocorrelated, 0, 0}};

typedef struct bn_interval interval_of(const double *x, size_t n, struct bn_random *r);
static struct bn_interval sign(const double *x, size_t n, struct bn_random *r)
{
    (void)r;
    return bn_sign_interval(x, n, 0.95);
}
static struct bn_interval interpolated(const double *x, size_t n, struct bn_random *r)
{
    (void)r;
    return bn_sign_interval_interpolated(x, n, 0.95);
}
static struct bn_interval batches(const double *x, size_t n, struct bn_random *r)
{
    (void)r;
    return bn_batch_interval(x, n, 16, 0.95);
}
static struct bn_interval percentile(const double *x, size_t n, struct bn_random *r)
{
    return bn_bootstrap_interval(&(struct bn_bootstrap){bn_sample_mean, RESAMPLES, 0.95, false, 1}, x, n, r);
}
static struct bn_interval bca(const double *x, size_t n, struct bn_random *r)
{
    return bn_bootstrap_interval(&(struct bn_bootstrap){bn_sample_mean, RESAMPLES, 0.95, true, 1}, x, n, r);
}
static struct bn_interval blocks(const double *x, size_t n, struct bn_random *r)
{
    size_t block = bn_block_length(x, n);
    return bn_bootstrap_interval(&(struct bn_bootstrap){bn_sample_mean, RESAMPLES, 0.95, false, block}, x, n, r);
}

static double coverage(const struct noise *noise, interval_of *compute, size_t n, double truth)
{
    struct bn_random random;
    bn_random_init(&random, 20261122);
    double x[MOST], last = 0;
    int held = 0;
    for (int run = 0; run < RUNS; run++) {
        for (size_t i = 0; i < n; i++) x[i] = last = noise->next(&random, last);
        struct bn_interval interval = compute(x, n, &random);
        held += interval.low <= truth && truth <= interval.high;
    }
    return (double)held / RUNS;
}

static void check(const char *what, interval_of *compute, size_t n, bool of_mean, const double (*bounds)[2])
{
    for (int i = 0; i < 4; i++) {
        if (bounds[i][1] == 0) continue;
        double c = coverage(&noises[i], compute, n, of_mean ? noises[i].mean : noises[i].median);
        cr_log_info("%s n=%zu %s %.4f", what, n, noises[i].name, c);
        cr_expect(c >= bounds[i][0] && c <= bounds[i][1], "%s, n %zu, %s noise: coverage %.4f, expected %.3f to %.3f",
                  what, n, noises[i].name, c, bounds[i][0], bounds[i][1]);
    }
}

/* Rows: normal, lognormal, bimodal, autocorrelated. {0, 0}: not for this method. */
Test(coverage, sign_interval_is_never_short)
{
    check("sign", sign, 25, false, (const double[][2]){{.95, .97}, {.95, .97}, {.95, .97}, {0}});
}
Test(coverage, sign_interpolated)
{
    check("interpolated", interpolated, 25, false, (const double[][2]){{.94, .96}, {.94, .96}, {.94, .96}, {0}});
    check("interpolated", interpolated, 12, false, (const double[][2]){{.94, .96}, {.94, .96}, {.94, .96}, {.7, .9}});
}
Test(coverage, batch_medians)
{
    check("batches", batches, 400, false, (const double[][2]){{.94, .96}, {.94, .96}, {.94, .96}, {.94, .96}});
}
Test(coverage, bootstrap_of_the_mean)
{
    check("percentile", percentile, 50, true, (const double[][2]){{.93, .96}, {.88, .93}, {.93, .96}, {.65, .8}});
    check("bca", bca, 50, true, (const double[][2]){{.92, .96}, {.88, .93}, {.93, .96}, {0}});
}
Test(coverage, block_bootstrap_of_the_mean)
{
    check("blocks", blocks, 200, true, (const double[][2]){{.935, .96}, {.9, .94}, {.935, .96}, {.88, .93}});
}
/* Bounds that hold at every look: stop whenever the interval leaves zero and count how often that was wrong.
 */
Test(coverage, sequential_bounds_hold_at_every_look)
{
    struct bn_sequential design;
    struct bn_random random;
    bn_sequential_init(&design, 8, 4, 40);
    bn_random_init(&random, 5);
    double threshold = bn_sequential_threshold(&design, 0.05), d[40];
    int wrong = 0;
    for (int run = 0; run < RUNS; run++) {
        for (int i = 0; i < 40; i++) d[i] = exp(bn_random_normal(&random)) - 1;
        wrong += bn_sequential_interval(&design, d, 40, 0.05).low > 0;
    }
    double planned = bn_sequential_crossing(&design, threshold, 0.5), seen = (double)wrong / RUNS;
    cr_expect(planned <= 0.05 && planned > 0.035, "planned %.4f", planned);
    cr_expect(fabs(seen - planned) < 0.009, "planned %.4f, seen %.4f", planned, seen); /* 4 standard errors */
}
