/* test_effects.c - the statistics of the table of options against published tables and values by hand, and its rule. */
#include "harness/effects/effects.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

Test(effects, student_quantiles_are_those_of_printed_tables)
{
    /* Student's t, two-sided 5 % and 1 %, as in any printed table (e.g. NIST/SEMATECH e-Handbook, 1.3.6.7.2) */
    static const struct {
        double freedom, five, one;
    } table[] = {{1, 12.706, 63.657}, {2, 4.303, 9.925},  {3, 3.182, 5.841},  {4, 2.776, 4.604},
                 {5, 2.571, 4.032},   {7, 2.365, 3.499},  {10, 2.228, 3.169}, {15, 2.131, 2.947},
                 {30, 2.042, 2.750},  {60, 2.000, 2.660}, {100, 1.984, 2.626}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        cr_expect_float_eq(bn_student_quantile(0.975, table[i].freedom), table[i].five, 6e-4);
        cr_expect_float_eq(bn_student_quantile(0.005, table[i].freedom), -table[i].one, 6e-4);
    }
    /* one degree is Cauchy's distribution, two have a closed form */
    for (double t = -9; t < 10; t += 1.7) {
        cr_expect_float_eq(bn_student_cdf(t, 1), 0.5 + atan(t) / M_PI, 1e-12);
        cr_expect_float_eq(bn_student_cdf(t, 2), 0.5 + t / (2 * sqrt(2 + t * t)), 1e-12);
    }
}

Test(effects, a_mean_difference_by_hand)
{
    /* mean 2, standard deviation 1, error 0.5, t = 4 with 3 degrees */
    const double d[] = {1, 2, 2, 3}, sd = sqrt(2.0 / 3);
    struct bn_mean_difference m = bn_mean_difference(d, 4);
    cr_expect_float_eq(m.value, 2, 1e-15);
    cr_expect_float_eq(m.high - m.value, 3.182446 * sd / 2, 1e-6);
    double t = 2 / (sd / 2), x = t / sqrt(3); /* three degrees: 1/2 + (x / (1 + x^2) + atan x) / pi */
    cr_expect_float_eq(m.p, 2 * (0.5 - (x / (1 + x * x) + atan(x)) / M_PI), 1e-12);
    cr_expect(isnan(bn_mean_difference(d, 1).low) && bn_mean_difference(d, 1).p == 1);
}

Test(effects, paired_shares_by_hand)
{
    /* 5 lost, 1 won of 40: (2 - 6) / 42 +- 1.959964 sqrt((8 / 42 - (4 / 42)^2) / 42) */
    struct bn_interval i = bn_paired_shares(5, 1, 40);
    double d = -4.0 / 42, half = 1.959964 * sqrt((8.0 / 42 - d * d) / 42);
    cr_expect_float_eq(i.low, d - half, 1e-7);
    cr_expect_float_eq(i.high, d + half, 1e-7);
    /* the number of pairs that is said to be enough is enough, and a tenth less is not */
    double enough = bn_paired_shares_needed(0, 0, 300, 0.002);
    cr_expect(bn_paired_shares(0, 0, (size_t)enough + 2).low >= -0.002);
    cr_expect(bn_paired_shares(0, 0, (size_t)(0.9 * enough)).low < -0.002);
}

/* ---- the rule ---- */
static struct bn_effect row(double decode, double memory, bool exact)
{
    struct bn_effect r = {.exact = exact, .memory = memory, .sequence = 1, .accuracy = {0, NAN, NAN, 1, 0, 0, 0}};
    r.speed[BN_EFFECT_DECODE] = (struct bn_effect_speed){decode, decode - 0.004, decode + 0.004, 1e-4, 6, 0};
    r.speed[BN_EFFECT_PREFILL] = (struct bn_effect_speed){1, 0.996, 1.004, 0.9, 6, 0};
    return r;
}

static const struct bn_effect *judged(struct bn_effect *r)
{
    struct bn_effects table = {.rows = r, .n = 1};
    bn_effects_judge(&table);
    return r;
}

static void expect(struct bn_effect r, enum bn_effect_verdict verdict, const char *reason)
{
    judged(&r);
    cr_expect(r.verdict == verdict && strstr(r.reason, reason), "%s: %s, not %s: %s", bn_effect_verdict_name(r.verdict),
              r.reason, bn_effect_verdict_name(verdict), reason);
}

Test(effects, the_rule)
{
    expect(row(1.2, 1, true), BN_EFFECT_KEEP, "faster");
    expect(row(0.8, 0.5, true), BN_EFFECT_DROP, "slower");
    expect(row(1.005, 1, true), BN_EFFECT_NEUTRAL, "no difference"); /* certain, and too small to count */
    expect(row(1.005, 0.9, true), BN_EFFECT_KEEP, "less memory");
    expect(row(1.005, 1.1, true), BN_EFFECT_DROP, "more memory");
    struct bn_effect r = row(1.2, 1, true);
    r.speed[BN_EFFECT_PREFILL] = (struct bn_effect_speed){0.7, 0.69, 0.71, 1e-4, 6, 0};
    expect(r, BN_EFFECT_NEUTRAL, "faster decode, slower prefill");
    r = row(1.2, 1, true), r.other_output = true;
    expect(r, BN_EFFECT_BROKEN, "EXACT");
    r = row(1.2, 1, true), r.speed[BN_EFFECT_DECODE].p_adjusted = 0.04; /* of two tests: 0.08 after correction */
    expect(r, BN_EFFECT_NEUTRAL, "no difference");
    r = row(1.0, 0.9, true), r.speed[BN_EFFECT_DECODE].low = 0.8, r.speed[BN_EFFECT_DECODE].p_adjusted = 0.9;
    expect(r, BN_EFFECT_NEUTRAL, "more rounds");
    r = row(1.2, 1, true), r.speed[0].n = r.speed[1].n = 1;
    expect(r, BN_EFFECT_NEUTRAL, "two rounds");
}

Test(effects, the_rule_for_options_that_change_the_output)
{
    struct bn_effect r = row(1.2, 1, false);
    expect(r, BN_EFFECT_NEUTRAL, "accuracy was not measured");
    r.accuracy.n = 400, r.accuracy.value = 0, r.accuracy.low = -0.0069;
    expect(r, BN_EFFECT_NEUTRAL, "400 questions cannot show");
    r.accuracy.n = 4000, r.accuracy.low = -0.0012;
    expect(r, BN_EFFECT_KEEP, "faster");
    r.accuracy.value = -0.05, r.accuracy.p = 0.001, r.accuracy.only_base = 200;
    expect(r, BN_EFFECT_DROP, "fewer right answers");
    r = row(0.8, 1, false), r.accuracy.n = 4000, r.accuracy.value = 0.01, r.accuracy.low = 0.001;
    expect(r, BN_EFFECT_DROP, "slower");
}
