/* test_latency.c - figures of times against values worked out by hand. */
#include "suites/eval/latency.h"
#include <criterion/criterion.h>
#include <math.h>

/* Published for MLPerf Inference (early stopping, confidence 0.99): 64 queries for p90, 662 for p99; 11 for p50, since
 * 12 / 2^11 <= 0.01 < 11 / 2^10. */
Test(latency, rare_times_need_many_values)
{
    cr_expect_eq(bn_latency_least(0.5), 11);
    cr_expect_eq(bn_latency_least(0.9), 64);
    cr_expect_eq(bn_latency_least(0.99), 662);
}

Test(latency, quantiles_of_a_hundred)
{
    double ms[100];
    struct bn_latency_times t;
    struct bn_error err;
    for (int i = 0; i < 100; i++) ms[i] = (i * 37) % 100 + 1; /* 1 to 100, each once */
    cr_assert_eq(bn_latency_sum(&t, ms, 100, 1, &err), BN_OK);
    cr_expect_eq(t.n, 100);
    cr_expect_float_eq(t.mean, 50.5, 1e-12);
    cr_expect_float_eq(t.error, sqrt(101. * 100 / 12 / 100), 1e-12); /* s^2 of 1..n is n (n + 1) / 12 */
    cr_expect_float_eq(t.quantile[0], 50, 1e-12);
    cr_expect_float_eq(t.quantile[1], 90, 1e-12);
    cr_expect(isnan(t.quantile[3]), "a hundred values say nothing of p99");
    cr_expect_float_eq(t.most, 100, 1e-12);
}

/* Two documents with gaps {1, 3} and {5, 7}: their means are 2 and 6. */
Test(latency, documents_are_independent_and_gaps_are_not)
{
    struct bn_latency_times t;
    struct bn_error err;
    cr_assert_eq(bn_latency_sum(&t, (double[]){1, 3, 5, 7}, 2, 2, &err), BN_OK);
    cr_expect_eq(t.n, 4);
    cr_expect_float_eq(t.mean, 4, 1e-12);
    cr_expect_float_eq(t.error, sqrt(8. / 2), 1e-12);
    cr_assert_eq(bn_latency_sum(&t, (double[]){1, 3}, 1, 2, &err), BN_OK);
    cr_expect(isnan(t.error), "one document has no standard error");
}
