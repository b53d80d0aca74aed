/* test_gate_beside.c - the rules of the gate's tiers beside the time of the workloads, on invented figures. */
#include "harness/gate/accuracy.h"
#include "harness/gate/resources.h"
#include "harness/gate/tails.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* 16 pairs of one quantity, `above` of them beyond the tolerance of 3 %, the rest 1 % below base. */
static bool memory_suspect(int above)
{
    struct bn_resource_series series[BN_RESOURCES] = {0};
    struct bn_resource_finding findings[BN_RESOURCES];
    for (int i = 0; i < BN_RESOURCES; i++)
        for (series[i].n = 0; series[i].n < BN_RESOURCE_PAIRS; series[i].n++) {
            bool grown = i == BN_RESOURCE_MEMORY && series[i].n < above;
            series[i].value[0][series[i].n] = 100, series[i].value[1][series[i].n] = grown ? 104 : 99;
        }
    bool any = bn_resources_judge(series, 0.01, findings);
    cr_expect_eq(any, findings[BN_RESOURCE_MEMORY].suspect);
    cr_expect_not(findings[BN_RESOURCE_LOAD].suspect);
    return any;
}

/* At least 14 heads of 16 coins: 137 of 65,536; with Holm over four quantities 0.84 %. 13: 697, 4.3 %. */
Test(gate_beside, memory_is_suspect_where_nearly_all_pairs_say_so)
{
    cr_expect(memory_suspect(16));
    cr_expect(memory_suspect(14));
    cr_expect_not(memory_suspect(13));
    cr_expect_not(memory_suspect(0));
}

Test(gate_beside, a_leak_is_growth_beyond_base)
{
    struct bn_resources_result r = {.n_tokens = 512, .heap_per_token = {0, 0.5}, .mapped_per_token = {8, 8}};
    cr_expect(bn_resources_leaks(&r, 0));
    cr_expect_not(bn_resources_leaks(&r, 1), "base keeps as much");
    r.heap_per_token[1] = NAN;
    cr_expect_not(bn_resources_leaks(&r, 0), "unknown");
    r.heap_per_token[1] = -3;
    cr_expect_not(bn_resources_leaks(&r, 0), "freed");
}

/* n questions with two choices, gold 0; of the first `wrong` the other is likelier. */
static void write_answers(char *text, size_t cap, int n, int wrong, double shift)
{
    size_t at = 0;
    for (int i = 0; i < n; i++)
        at += (size_t)snprintf(text + at, cap - at,
                               "{\"item\":{\"task\":\"q\",\"item\":\"%d\",\"ll\":[%.17g,-2.0],\"gold\":0}}\n", i,
                               (i < wrong ? -3.0 : -1.0) + shift);
    snprintf(text + at, cap - at, "{\"done\":true,\"hash\":\"0\",\"peak_rss_bytes\":1}\n");
}

static struct bn_accuracy_task compare(int wrong_base, int wrong_head, double shift)
{
    static char base[1 << 14], head[1 << 14];
    struct bn_accuracy_result r = {0};
    struct bn_error err = {0};
    write_answers(base, sizeof base, 40, wrong_base, 0), write_answers(head, sizeof head, 40, wrong_head, shift);
    cr_assert_eq(bn_accuracy_compare(&r, base, head, &err), BN_OK, "%s", err.text);
    cr_assert_eq(r.n_tasks, 1);
    return r.tasks[0];
}

Test(gate_beside, equal_answers_are_equal)
{
    struct bn_accuracy_task t = compare(4, 4, 0);
    cr_expect(t.n == 40 && t.n_changed == 0 && t.only_base == 0 && t.only_head == 0 && !t.worse);
    cr_expect_float_eq(t.value[0], 0.9, 1e-12);
}

Test(gate_beside, other_likelihoods_are_told_and_are_not_worse)
{
    struct bn_accuracy_task t = compare(4, 4, 1e-9);
    cr_expect(t.n_changed == 40 && !t.worse && t.p == 1);
}

/* McNemar, one-sided: 8 lost and none won is 1/256 = 0.39 %, 6 is 1/64 = 1.6 %. */
Test(gate_beside, fewer_right_answers_are_worse_where_the_pairs_say_so)
{
    cr_expect(compare(0, 8, 0).worse);
    cr_expect_float_eq(compare(0, 8, 0).p, 1.0 / 256, 1e-9);
    cr_expect_not(compare(0, 6, 0).worse);
    cr_expect_not(compare(8, 0, 0).worse, "better is not worse");
}

Test(gate_beside, answers_to_other_questions_are_an_error)
{
    char base[4096], head[4096];
    struct bn_accuracy_result r = {0};
    struct bn_error err = {0};
    write_answers(base, sizeof base, 3, 0, 0), write_answers(head, sizeof head, 2, 0, 0);
    cr_expect_eq(bn_accuracy_compare(&r, base, head, &err), BN_ERR_FORMAT);
    cr_expect_eq(r.n_tasks, 0);
}

/* Eight pairs of 32 samples; every 16th of head's takes five times as long. */
Test(gate_beside, a_slow_sample_in_sixteen_is_in_the_mean_and_in_the_tail)
{
    static struct bn_tails tails, same;
    struct bn_tail_finding findings[BN_GATE_WORKLOADS][BN_TAILS];
    double base[32], head[32];
    for (int pair = 0; pair < 8; pair++) {
        for (int i = 0; i < 32; i++) base[i] = 100 + i % 3, head[i] = i % 16 == 7 ? 500 : 100 + i % 3;
        bn_tails_put(&tails, 0, base, 32, head, 32), tails.n++;
        bn_tails_put(&same, 0, base, 32, base, 32), same.n++;
    }
    bn_tails_judge(&tails, 1, findings);
    cr_expect(findings[0][BN_TAIL_MEAN].slower && findings[0][BN_TAIL_SLOW].slower);
    cr_expect_float_eq(expm1(findings[0][BN_TAIL_MEAN].median), 0.25, 0.02);
    bn_tails_judge(&same, 1, findings);
    cr_expect_not(findings[0][BN_TAIL_MEAN].slower || findings[0][BN_TAIL_SLOW].slower);
}
