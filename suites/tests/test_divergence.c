/* test_divergence.c - KL divergence, perplexity and equal choices of two fakes of known probabilities, against sums
 * written out here. */
#include "suites/eval/divergence.h"
#include "suites/tests/fake.h"
#include <criterion/criterion.h>

/* p of a fake's prediction after `last`; of its noise: softmax of v * 37 % 101. */
static double p_of(int last, int v, bool noise)
{
    double sum = 0;
    for (int i = 0; i < FAKE_VOCAB; i++) sum += noise ? exp(i * 37 % 101) : fake_weight(last, i);
    return (noise ? exp(v * 37 % 101) : fake_weight(last, v)) / sum;
}

Test(divergence, is_the_sum_of_its_definition)
{
    struct fake a, b;
    struct bn_divergence d;
    struct bn_divergence_sum sum = {0};
    const int32_t ids[] = {3, 14, 15, 92, 65};
    enum { CHUNK = 5, AT = 3 };
    double kl = 0, nll[2] = {0};
    fake_init(&a, 4096), fake_init(&b, 4096);
    b.sharper_after = AT;
    cr_assert_eq(bn_divergence_add(&sum, &a.provider, &b.provider, ids, CHUNK, NULL), BN_OK);
    bn_divergence_finish(&d, &sum);
    for (int t = 0; t < CHUNK; t++) {
        for (int v = 0; v < FAKE_VOCAB; v++) {
            double p = p_of(ids[t], v, false), q = p_of(ids[t], v, t >= AT);
            kl += p * (log(p) - log(q));
        }
        if (t + 1 < CHUNK)
            nll[0] -= log(p_of(ids[t], ids[t + 1], false)), nll[1] -= log(p_of(ids[t], ids[t + 1], t >= AT));
    }
    cr_assert_float_eq(d.kl, kl / CHUNK, 1e-4);
    cr_assert_float_eq(d.reference_perplexity, exp(nll[0] / 4), 1e-3);
    cr_assert_float_eq(d.perplexity / exp(nll[1] / 4), 1, 1e-5);
    cr_assert_eq(d.n, CHUNK);
    cr_assert_geq(d.same_top, 3.0 / 5);
}

Test(divergence, of_a_model_from_itself_is_nothing)
{
    struct fake a, b;
    struct bn_divergence d;
    struct bn_divergence_sum sum = {0};
    const int32_t ids[] = {1, 2, 3, 4};
    fake_init(&a, 4096), fake_init(&b, 4096);
    cr_assert_eq(bn_divergence_add(&sum, &a.provider, &b.provider, ids, 4, NULL), BN_OK);
    bn_divergence_finish(&d, &sum);
    cr_assert(d.kl == 0 && d.kl_error == 0 && d.same_top == 1 && d.perplexity == d.reference_perplexity);
}
