/* test_histogram.c - where each method of calibration cuts a histogram off: against data/histogram_thresholds.py
 * (numpy, definitions of its own), and against small histograms that are computed by hand. */
#include "engine/fit/histogram.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

enum { BINS = BN_HISTOGRAM_BINS };

static void expect_thresholds(const struct bn_histogram *h, const double want[5], const char *name)
{
    const double got[5] = {bn_histogram_percentile(h, 99), bn_histogram_percentile(h, (double)99.9f),
                           bn_histogram_mse(h, 200), bn_histogram_mse(h, 37), bn_histogram_kl(h)};
    static const char *const methods[5] = {"99 %", "99.9 %", "mse 200", "mse 37", "kl"};
    for (int i = 0; i < 5; i++)
        cr_expect_float_eq(got[i], want[i], 1e-8, "%s, %s: %.10g, numpy %.10g", name, methods[i], got[i], want[i]);
}

Test(histogram, a_steep_fall_with_far_outliers)
{
    struct bn_histogram h = {.most = 8};
    for (int b = 0; b < BINS; b++) h.count[b] = (uint64_t)(1000000 / (1 + b * b / 400));
    h.count[BINS - 1] += 3;
    expect_thresholds(&h, (const double[]){2.75390625, 6.71875, 7.68, 7.567567568, 5}, "falling");
}

Test(histogram, empty_bins_between_full_ones)
{
    struct bn_histogram h = {.most = 8};
    for (int b = 0; b < 1900; b += 3) h.count[b] = (uint64_t)(500000 / (1 + b * b / 10000));
    h.count[2000] = 40;
    expect_thresholds(&h, (const double[]){5.51171875, 7.17578125, 7.44, 7.351351351, 7.28125}, "holes");
}

Test(histogram, one_magnitude_far_from_all_others)
{
    struct bn_histogram h = {.most = 8};
    for (int b = 0; b < 1400; b++) h.count[b] = (uint64_t)(2000 - b);
    h.count[BINS - 1] = 1;
    expect_thresholds(&h, (const double[]){5.35546875, 5.45703125, 5.44, 5.405405405, 5.46875}, "wide");
}

Test(histogram, a_single_magnitude_by_hand)
{
    struct bn_histogram h = {.most = 2048};
    h.count[10] = 7;
    cr_expect_float_eq(bn_histogram_percentile(&h, 50), 11, 0);
    cr_expect_float_eq(bn_histogram_percentile(&h, 100), 11, 0);
    cr_expect_float_eq(bn_histogram_above(&h, 10.25), 0.75, 1e-15);
    cr_expect_float_eq(bn_histogram_above(&h, 10), 1, 0);
    cr_expect_float_eq(bn_histogram_above(&h, 11), 0, 0);
}

/* 10.5 in steps of 1024 / 127 = 8.06 is off by 2.44, in steps of 2048 / 127 = 16.13 by 5.63: of two tries the half
 * wins, until one magnitude of 2047.5 loses 1023.5 to it. */
Test(histogram, mse_weighs_rounding_against_cutting_off_by_hand)
{
    struct bn_histogram h = {.most = 2048};
    h.count[10] = 7;
    cr_expect_float_eq(bn_histogram_mse(&h, 2), 1024, 0);
    h.count[BINS - 1] = 1;
    cr_expect_float_eq(bn_histogram_mse(&h, 2), 2048, 0);
    cr_expect_float_eq(bn_histogram_mse(&h, 1), 2048, 0);
}

Test(histogram, no_magnitudes_at_all)
{
    struct bn_histogram h = {.most = 3};
    cr_expect_float_eq(bn_histogram_mse(&h, 200), 3, 0);
    cr_expect_float_eq(bn_histogram_above(&h, 1), 0, 0);
    cr_expect(bn_histogram_kl(&h) > 0 && bn_histogram_kl(&h) <= 3);
}
