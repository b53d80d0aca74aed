/* test_stress.c - the stress tests' judgements fail when they must: fakes that depend on what must not matter. */
#include "suites/stress/confident.h"
#include "suites/stress/drift.h"
#include "suites/stress/jitter.h"
#include "suites/stress/paired_items.h"
#include "suites/stress/parity.h"
#include "suites/stress/readiness.h"
#include "suites/stress/repetition.h"
#include "suites/stress/sustained.h"
#include "suites/stress/text.h"
#include "suites/tests/fake.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

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
    bn_stress_run(&result, &(struct bn_stress_test){"s00", "", run_broken, 1}, &(struct bn_stress_options){0});
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

Test(stress, each_position_is_told)
{
    static const char *const names[] = {"nll@64", "nll@500", "nll@1000", "nll@1500", "nll@2000"};
    struct bn_stress_result result = drift_of(1400);
    cr_assert_eq(result.n_metrics, 5);
    for (int i = 0; i < 5; i++) {
        const struct bn_eval_metric *m = &result.metrics[i];
        cr_expect_str_eq(m->name, names[i]);
        cr_expect_eq(m->n, 4);
        if (i < 3)
            cr_expect_float_eq(m->value, result.metrics[0].value, 1e-9);
        else
            cr_expect_gt(m->value, result.metrics[0].value + 1);
    }
    cr_expect_float_eq(fmax(result.metrics[3].value, result.metrics[4].value) - result.metrics[0].value, result.value,
                       1e-9);
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
    bn_drift_judge(&result, &(struct bn_drift){.near = 1, .worst = NAN, .worst_at = 500});
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

/* Three items of four choices; the twin is sure of the first two (0.9526 and 0.9526) and not of the third (0.2969). */
static double sure_of_0[] = {-1, -5, -6, -7}, sure_of_2[] = {-9, -8, -1, -4.1}, unsure[] = {-1, -1.1, -1, -1.2};

Test(stress, only_items_that_the_twin_is_sure_about_count)
{
    const struct bn_eval_item twin[] = {{.n_choices = 4, .ll = sure_of_0, .gold = 0},
                                        {.n_choices = 4, .ll = sure_of_2, .gold = 1},
                                        {.n_choices = 4, .ll = unsure, .gold = 0}};
    const struct bn_eval_item model[] = {{.n_choices = 4, .ll = sure_of_2, .gold = 0},
                                         {.n_choices = 4, .ll = sure_of_2, .gold = 1},
                                         {.n_choices = 4, .ll = sure_of_2, .gold = 0}};
    struct bn_confident c = bn_confident_compare(twin, model, 3);
    cr_expect_eq(c.n, 2);
    cr_expect_eq(c.different, 1);
    cr_expect_eq(c.twin_right, 1);
    cr_expect_eq(c.model_right, 0);
    cr_expect_lt(c.margin, -0.4); /* from 0.97 to 0.0003 in one of two */
}

Test(stress, the_paired_loss_has_the_error_of_its_differences)
{
    struct bn_eval_item right[8], half[8];
    for (int i = 0; i < 8; i++) {
        right[i] = (struct bn_eval_item){.n_choices = 4, .ll = sure_of_0, .gold = 0};
        half[i] = (struct bn_eval_item){.n_choices = 4, .ll = i % 2 ? sure_of_0 : sure_of_2, .gold = 0};
    }
    struct bn_paired p = bn_paired_accuracy(right, half, 8);
    cr_expect_eq(p.right, 8);
    cr_expect_float_eq(p.loss, 0.5, 1e-12);
    cr_expect_float_eq(p.error, 0.1889822365, 1e-9); /* sd 0.5345 of the eight differences / sqrt(8) */
}

Test(stress, a_text_of_one_phrase_repeats_itself)
{
    int32_t circle[40], steady[40];
    for (int i = 0; i < 40; i++) circle[i] = i % 5, steady[i] = i;
    cr_expect_float_eq(bn_repetition_of(circle, 40).repeated, 32 / 37., 1e-12);
    cr_expect_float_eq(bn_repetition_of(circle, 40).entropy, log2(5), 1e-12);
    cr_expect_eq(bn_repetition_of(steady, 40).repeated, 0);
    cr_expect_eq(bn_repetition_of(steady, 3).repeated, 0);
}

static enum bn_status counted_step(void *self, struct bn_error *err)
{
    (void)err;
    ++*(int *)self;
    return BN_OK;
}

static struct bn_jitter slow_every(int slow)
{
    double ms[200];
    for (int i = 0; i < 200; i++) ms[i] = i % slow ? 0.2 + 0.0001 * i : 4;
    return bn_jitter_of(&(struct bn_steps){ms, 200, 1, 0, 0});
}

Test(stress, every_tenth_token_twenty_times_as_slow_is_jitter)
{
    struct bn_jitter jitter = slow_every(10);
    struct bn_stress_result result = {0};
    const double first_ms[3] = {3, 2, 1};
    bn_jitter_judge(&result, &jitter, first_ms);
    cr_expect_eq(result.verdict, BN_FAIL, "%s", result.reason);
    cr_expect_gt(result.value, 15);
    jitter.cpu_share = 0.5;
    bn_jitter_judge(&result, &jitter, first_ms);
    cr_expect_eq(result.verdict, BN_SKIP);
    jitter = slow_every(100); /* two of two hundred */
    bn_jitter_judge(&result, &jitter, first_ms);
    cr_expect_eq(result.verdict, BN_PASS, "%s", result.reason);
}

Test(stress, the_round_with_the_least_jitter_counts)
{
    int calls = 0;
    struct bn_jitter jitter;
    cr_assert_eq(bn_jitter_measure(&jitter, counted_step, &calls, 3, NULL), BN_OK);
    cr_expect_geq(calls, 3);
    cr_expect_geq(jitter.ratio, 1);
    cr_expect_geq(jitter.longest_ms, jitter.median_ms);
}

static struct bn_stress_result sustained(double first_ms, double last_ms, double growth_mib, double cpu_share)
{
    double ms[400];
    struct bn_stress_result result = {0};
    for (int i = 0; i < 400; i++) ms[i] = i < 200 ? first_ms : last_ms;
    bn_sustained_judge(&result, &(struct bn_steps){ms, 400, cpu_share, 100, 100 + growth_mib}, false);
    return result;
}

Test(stress, sustained_decoding_neither_slows_down_nor_leaks)
{
    cr_expect_eq(sustained(1, 1.05, 0.1, 1).verdict, BN_PASS);
    cr_expect_eq(sustained(1, 1.2, 0.1, 1).verdict, BN_FAIL);
    cr_expect_eq(sustained(1, 1.2, 0.1, 0.5).verdict, BN_SKIP);
    struct bn_stress_result leak = sustained(1, 1, 5, 0.5);
    cr_expect_eq(leak.verdict, BN_FAIL);
    cr_expect(strstr(leak.reason, "leak"), "%s", leak.reason);
}

/* Expected values by hand from the formula in suites/stress/README.md; z = 1.96. */
static struct bn_readiness_part part_of(enum bn_verdict verdict, double value, double error)
{
    return bn_readiness_of_stress(
        &(struct bn_stress_result){.verdict = verdict, .value = value, .threshold = 1, .error = error}, 5);
}

/* A pruned cache cannot be shifted: past its context the text begins anew, and gives the tokens that it gave. */
Test(stress, decoding_goes_on_past_a_context_that_is_pruned)
{
    struct bn_model *model;
    struct bn_error err = {0};
    int32_t ids[2][8];
    cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf", NULL, &err), BN_OK, "%s", err.text);
    for (int prunes = 0; prunes < 2; prunes++) {
        struct bn_decoding d;
        struct bn_session_options options = {.n_ctx = 64, .n_threads = 1};
        if (prunes) options.kv_prune = (struct bn_kv_prune_options){.policy = "window", .budget = 0.5f};
        cr_assert_eq(bn_decoding_open(&d, model, &options, &err), BN_OK, "%s", err.text);
        for (int i = 0; i < 2 * 64; i++) {
            cr_assert_eq(bn_decoding_step(&d, &err), BN_OK, "step %d: %s", i, err.text);
            if (i % 56 < 8 && i < 112) ids[i / 56][i % 56] = d.id; /* 64 - 8 tokens of the prompt fit */
        }
        cr_expect_eq(!memcmp(ids[0], ids[1], sizeof ids[0]), prunes,
                     "a shifted text goes on, a pruned one begins anew");
        bn_decoding_close(&d);
    }
    bn_model_close(model);
}

Test(readiness, a_figure_near_its_threshold_is_uncertain)
{
    static const struct {
        enum bn_verdict verdict;
        double value, error, share, low, high;
    } cases[] = {{BN_PASS, 0.5, 0.25, 1, 1, 1}, {BN_PASS, 0.5, 0.26, 1, 0, 1}, {BN_PASS, 1, NAN, 1, 1, 1},
                 {BN_FAIL, 1.5, 0.25, 0, 0, 0}, {BN_FAIL, 1.5, 0.26, 0, 0, 1}, {BN_FAIL, 0.5, 0.9, 0, 0, 0},
                 {BN_FAIL, NAN, NAN, 0, 0, 0},  {BN_SKIP, NAN, NAN, 0, 0, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bn_readiness_part p = part_of(cases[i].verdict, cases[i].value, cases[i].error);
        cr_expect_eq(p.share, cases[i].share, "case %zu", i);
        cr_expect_eq(p.low, cases[i].low, "case %zu", i);
        cr_expect_eq(p.high, cases[i].high, "case %zu", i);
    }
}

Test(readiness, a_skip_costs_its_weight_and_the_upper_end_gives_it_back)
{
    struct bn_readiness r = {.n_parts = 3};
    r.parts[0] = part_of(BN_PASS, 0, NAN), r.parts[1] = part_of(BN_SKIP, NAN, NAN),
    r.parts[2] = part_of(BN_FAIL, 2, NAN);
    r.parts[0].weight = 6, r.parts[1].weight = 3, r.parts[2].weight = 1;
    bn_readiness_sum(&r);
    cr_expect_float_eq(r.value, 60, 1e-12);
    cr_expect_float_eq(r.low, 60, 1e-12);
    cr_expect_float_eq(r.high, 90, 1e-12);
    cr_expect_float_eq(r.skipped, 30, 1e-12);
    cr_expect_eq(r.n_failed, 1);
}

/* 100 items; the twin has 80, the model loses 10 and wins 2: 1 - 0.08 / 0.55 = 0.8545; with an item more on either side
 * 0.0784 +- 0.0703, so 1 - 0.1487 / 0.55 and 1 - 0.0082 / 0.55. */
Test(readiness, a_task_counts_what_is_kept_above_guessing)
{
    const struct bn_paired paired = {.n = 100, .right = 80, .lost = 10, .won = 2, .loss = 0.08};
    struct bn_readiness_part p = bn_readiness_of_task("t", &paired, 0.25, 10);
    cr_expect_float_eq(p.share, 0.854545, 1e-6);
    cr_expect_float_eq(p.low, 0.72964, 1e-4);
    cr_expect_float_eq(p.high, 0.98516, 1e-4);
    const struct bn_paired guesses = {.n = 100, .right = 30, .lost = 10, .won = 2, .loss = 0.08};
    cr_expect_eq(bn_readiness_of_task("t", &guesses, 0.25, 10).verdict, BN_SKIP);
}

Test(readiness, the_weights_of_tests_and_tasks_are_points_of_a_hundred)
{
    const struct bn_stress_test *tests;
    size_t n = bn_stress_tests(&tests);
    double sum = 20; /* the tasks' */
    for (size_t i = 0; i < n; i++) {
        cr_expect_gt(tests[i].weight, 0, "%s", tests[i].name);
        sum += tests[i].weight;
    }
    cr_expect_float_eq(sum, 100, 1e-9);
}
