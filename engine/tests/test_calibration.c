/* test_calibration.c - what bn_calibration collects: rows shown by hand, and a state taken up in the middle. */
#include "engine/fit/calibration.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct bn_model *model;
static void close_model(void) { bn_model_close(model); }
TestSuite(calibration, .fini = close_model);

static struct bn_calibration *open_text(uint64_t seed, int threads)
{
    struct bn_calibration *c;
    struct bn_error err;
    static const char text[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
    const struct bn_calibration_options cut = {3, 8, threads, seed};
    if (!model)
        cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf", NULL, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_calibration_open(&c, model, text, sizeof text - 1, &cut, &err), BN_OK, "%s", err.text);
    return c;
}

static void step(struct bn_calibration *c, int n)
{
    struct bn_error err;
    while (n--) cr_assert_eq(bn_calibration_step(c, &err), BN_OK, "%s", err.text);
}

/* Two rows of three numbers each in columns 1..3 of four; column 0 belongs to another thread. */
Test(calibration, ranges_and_counts_by_hand)
{
    struct bn_calibration *c = open_text(0, 1);
    const float x[] = {1e9f, -4, 0, 1, -1e9f, 3.999f, 8, -8};
    const struct bn_input_rows rows = {.site = 5, .x = x, .stride = 4, .n = 2, .cols = 4, .c0 = 1, .c1 = 4};
    struct bn_site_seen *site = &c->sites[5];
    c->range.take(c->range.self, &rows);
    cr_expect(site->min <= -8 && site->min >= -8 && site->max >= 8 && site->max <= 8);
    site->histogram.most = 8;
    c->count.take(c->count.self, &rows);
    c->count.take(c->count.self, &rows);
    cr_expect_eq(site->histogram.count[0], 2);
    cr_expect_eq(site->histogram.count[256], 2);  /* 1 */
    cr_expect_eq(site->histogram.count[1023], 2); /* 3.999 */
    cr_expect_eq(site->histogram.count[1024], 2); /* -4 */
    cr_expect_eq(site->histogram.count[2047], 4); /* 8 and -8 */
    bn_calibration_close(c);
}

Test(calibration, every_activation_is_counted_once)
{
    struct bn_calibration *c = open_text(0, 2);
    step(c, c->n_steps);
    const struct bn_model_info *info = bn_model_info(model);
    for (int i = 0; i < c->n_sites; i++) {
        uint64_t sum = 0, cols = (uint64_t)(i % 4 == 3 ? info->ffn_dim : info->dim);
        for (int b = 0; b < BN_HISTOGRAM_BINS; b++) sum += c->sites[i].histogram.count[b];
        cr_expect_eq(sum, 3 * 8 * cols, "site %d: %llu", i, (unsigned long long)sum);
        cr_expect_gt(c->sites[i].histogram.count[BN_HISTOGRAM_BINS - 1], 0, "the largest is in the last bin");
    }
    bn_calibration_close(c);
}

Test(calibration, infinite_and_nan_activations_are_an_error)
{
    const float bad[] = {INFINITY, -INFINITY, NAN};
    for (int i = 0; i < 3; i++) {
        struct bn_calibration *c = open_text(0, 1);
        struct bn_error err = {.status = BN_OK};
        const struct bn_input_rows rows = {.site = 6, .x = &bad[i], .stride = 1, .n = 1, .cols = 1, .c1 = 1};
        c->range.take(c->range.self, &rows);
        step(c, 2);
        cr_expect_eq(bn_calibration_step(c, &err), BN_ERR_FORMAT);
        cr_expect(strstr(err.text, "layer 1 are infinite or NaN"), "%s", err.text);
        bn_calibration_close(c);
    }
}

/* Interrupted after each of the six steps. */
Test(calibration, a_state_goes_on_to_the_same_counts)
{
    char folder[] = "/tmp/bn_calibration_XXXXXX", path[64];
    struct bn_error err;
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/state", folder);
    struct bn_calibration *whole = open_text(7, 1), *other = open_text(8, 1);
    step(whole, whole->n_steps);
    for (int n = 1; n <= whole->n_steps; n++) {
        struct bn_calibration *first = open_text(7, 2), *second = open_text(7, 1);
        step(first, n);
        cr_assert_eq(bn_calibration_save(first, path, &err), BN_OK, "%s", err.text);
        cr_assert_eq(bn_calibration_resume(second, path, &err), BN_OK, "%s", err.text);
        cr_expect_eq(second->done, n);
        step(second, second->n_steps - n);
        cr_expect_eq(memcmp(second->sites, whole->sites, (size_t)whole->n_sites * sizeof *whole->sites), 0, "%d", n);
        bn_calibration_close(first), bn_calibration_close(second);
    }
    cr_expect_eq(bn_calibration_resume(other, path, &err), BN_ERR_FORMAT);
    cr_expect_eq(other->done, 0);
    unlink(path);
    cr_expect_eq(bn_calibration_resume(other, path, &err), BN_OK);
    cr_expect_eq(other->done, 0);
    bn_calibration_close(whole), bn_calibration_close(other);
    rmdir(folder);
}
