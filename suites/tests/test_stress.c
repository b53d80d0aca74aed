/* test_stress.c - the stress tests' judgements fail when they must: fakes that depend on what must not matter. */
#include "suites/stress/drift.h"
#include "suites/stress/parity.h"
#include "suites/stress/text.h"
#include "suites/tests/fake.h"
#include <criterion/criterion.h>
#include <stdio.h>

static enum bn_status honest(void *self, const struct bn_way *way, uint64_t *hash, struct bn_error *err)
{
    (void)self, (void)way, (void)err;
    *hash = 42;
    return BN_OK;
}
static enum bn_status by_threads(void *self, const struct bn_way *way, uint64_t *hash, struct bn_error *err)
{
    (void)self, (void)err;
    *hash = 42 + (uint64_t)(way->n_threads > 2);
    return BN_OK;
}
static enum bn_status broken(void *self, const struct bn_way *way, uint64_t *hash, struct bn_error *err)
{
    (void)self, (void)way, (void)hash;
    snprintf(err->text, sizeof err->text, "The session could not be opened.");
    return BN_ERR_MEMORY;
}

static const struct bn_way ways[] = {
    {.name = "one", .n_threads = 1}, {.name = "two", .n_threads = 2}, {.name = "four", .n_threads = 4}};

Test(stress, equal_hashes_pass)
{
    struct bn_stress_result result = {0};
    bn_ways_compare(&result, &(struct bn_hasher){NULL, honest}, ways, 3, "ways", NULL);
    cr_expect_eq(result.verdict, BN_PASS);
    cr_expect_eq(result.value, 0);
}

Test(stress, a_hash_that_depends_on_threads_fails)
{
    struct bn_stress_result result = {0};
    bn_ways_compare(&result, &(struct bn_hasher){NULL, by_threads}, ways, 3, "ways", NULL);
    cr_expect_eq(result.verdict, BN_FAIL);
    cr_expect_eq(result.value, 1);
    cr_expect(strstr(result.reason, "[four]"), "%s", result.reason);
}

static enum bn_status run_broken(struct bn_stress_result *result, const struct bn_stress_options *options,
                                 struct bn_error *err)
{
    (void)options;
    return bn_ways_compare(result, &(struct bn_hasher){NULL, broken}, ways, 3, "ways", err);
}

Test(stress, a_test_that_cannot_run_fails_with_its_reason)
{
    struct bn_stress_result result;
    bn_stress_run(&result, &(struct bn_stress_test){"s00", "", run_broken}, &(struct bn_stress_options){0});
    cr_expect_eq(result.verdict, BN_FAIL);
    cr_expect(strstr(result.reason, "The session could not be opened."));
}

static struct bn_stress_result drift_of(double sharper_after)
{
    struct fake fake;
    struct bn_drift drift;
    struct bn_stress_result result = {0};
    int32_t filler[2000], passages[4 * 64];
    fake_init(&fake, 4096);
    fake.sharper_after = sharper_after;
    for (int i = 0; i < 2000; i++) filler[i] = 'a' + i % 23;
    for (int i = 0; i < 4 * 64; i++) passages[i] = 'a' + i * i % 26;
    bn_drift_measure(&drift, &fake.provider, filler, 2000, passages, 4, NULL);
    bn_drift_judge(&result, &drift);
    return result;
}

Test(stress, a_steady_model_does_not_drift)
{
    struct bn_stress_result result = drift_of(0);
    cr_expect_eq(result.verdict, BN_PASS);
    cr_expect_float_eq(result.value, 0, 1e-9);
}

Test(stress, a_model_that_breaks_past_1500_tokens_fails)
{
    struct bn_stress_result result = drift_of(1400);
    cr_expect_eq(result.verdict, BN_FAIL);
    cr_expect_gt(result.value, 1);
    cr_expect(strstr(result.reason, "after 1500"), "%s", result.reason);
}

Test(stress, nan_fails)
{
    struct bn_stress_result result = {0};
    bn_drift_judge(&result, &(struct bn_drift){1, NAN, 500});
    cr_expect_eq(result.verdict, BN_FAIL);
}

Test(stress, the_text_is_the_same_for_a_seed)
{
    char *a = bn_stress_text(3, 500), *b = bn_stress_text(3, 500), *c = bn_stress_text(4, 500);
    cr_expect_str_eq(a, b);
    cr_expect_str_neq(a, c);
    cr_expect_geq(strlen(a), 500);
    cr_expect_null(strstr(a, " t "));
    free(a), free(b), free(c);
}

Test(stress, the_list_has_names_in_order)
{
    const struct bn_stress_test *tests;
    size_t n = bn_stress_tests(&tests);
    cr_assert_geq(n, 3);
    for (size_t i = 1; i < n; i++) cr_expect_lt(strcmp(tests[i - 1].name, tests[i].name), 0);
}
