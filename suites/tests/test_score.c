/* test_score.c - the scoring rules with a provider whose probabilities are known. */
#include "suites/eval/score.h"
#include "suites/tests/fake.h"
#include <criterion/criterion.h>

static double chain(const char *text) /* nll of each byte after the first, given the one before */
{
    double sum = 0;
    for (; text[1]; text++) sum += fake_nll((unsigned char)text[0], (unsigned char)text[1]);
    return sum;
}

Test(score, choice_is_what_follows_the_context)
{
    struct fake fake;
    struct bn_choice_score score;
    fake_init(&fake, 100);
    cr_assert_eq(bn_score_choices(&score, &fake.provider, &(struct bn_choice){"ab", "cd", false}, 1, NULL), BN_OK);
    cr_expect_eq(score.tokens, 3);
    cr_expect_eq(score.cut, 0);
    cr_expect_float_eq(score.ll, -chain("b cd"), 1e-5);
    cr_expect_eq(fake.last_n, 5); /* BOS a b space c; d is only predicted */
    cr_expect_eq(fake.last_input[0], FAKE_BOS);
}

Test(score, trailing_space_of_the_context_moves)
{
    struct fake fake;
    struct bn_choice_score score;
    fake_init(&fake, 100);
    bn_score_choices(&score, &fake.provider, &(struct bn_choice){"ab\n ", "c", false}, 1, NULL);
    cr_expect_eq(score.tokens, 4);
    cr_expect_float_eq(score.ll, -chain("b\n  c"), 1e-5);
}

Test(score, empty_choice_is_one_space)
{
    struct fake fake;
    struct bn_choice_score score;
    fake_init(&fake, 100);
    bn_score_choices(&score, &fake.provider, &(struct bn_choice){"ab", "", false}, 1, NULL);
    cr_expect_eq(score.tokens, 1);
    cr_expect_float_eq(score.ll, -chain("b "), 1e-5);
}

Test(score, empty_context_starts_from_the_prefix)
{
    struct fake fake;
    struct bn_choice_score score;
    fake_init(&fake, 100);
    bn_score_choices(&score, &fake.provider, &(struct bn_choice){"", "c", false}, 1, NULL);
    cr_expect_float_eq(score.ll, -fake_nll(FAKE_BOS, ' ') - chain(" c"), 1e-5);
}

Test(score, too_long_an_input_loses_its_left_end)
{
    struct fake fake;
    struct bn_choice_score score;
    fake_init(&fake, 4);
    bn_score_choices(&score, &fake.provider, &(struct bn_choice){"abcdef", "gh", false}, 1, NULL);
    cr_expect_eq(score.cut, 5); /* BOS a b c d e f space g h: 10 ids, 5 stay, the last is not input */
    cr_expect_eq(fake.last_n, 4);
    cr_expect_eq(fake.last_input[0], 'e');
    cr_expect_float_eq(score.ll, -chain("f gh"), 1e-5);
}

Test(score, rolling_predicts_every_token_once)
{
    struct fake fake;
    struct bn_nll nll = {0};
    fake_init(&fake, 4);
    bn_score_rolling(&nll, &fake.provider, "abcdefghij", NULL);
    cr_expect_eq(nll.n, 10);
    cr_expect_float_eq(nll.sum, fake_nll(FAKE_BOS, 'a') + chain("abcdefghij"), 1e-4);
    cr_expect_eq(fake.n_calls, 3);
    cr_expect_eq(fake.last_n, 4); /* the last window reaches back: f g h i predict i j */
    cr_expect_eq(fake.last_input[0], 'f');
}

Test(score, story_is_cut_at_the_context)
{
    struct fake fake;
    struct bn_nll nll = {0};
    fake_init(&fake, 4);
    bn_score_story(&nll, &fake.provider, "abcdef", NULL);
    cr_expect_eq(nll.n, 3);
    cr_expect_float_eq(nll.sum, fake_nll(FAKE_BOS, 'a') + chain("abc"), 1e-5);
}

Test(score, halves_score_the_second_half_of_each_window)
{
    struct fake fake;
    struct bn_nll nll = {0};
    struct bn_error err = {0};
    fake_init(&fake, 6);
    bn_score_halves(&nll, &fake.provider, "abcdefghijklm", NULL, NULL,
                    NULL); /* BOS a..e | f..k, first becomes BOS | l m dropped */
    cr_expect_eq(nll.n, 4);
    cr_expect_float_eq(nll.sum, chain("cde") + chain("ijk"), 1e-5);
    cr_expect_eq(fake.last_input[0], FAKE_BOS);
    cr_expect_eq(bn_score_halves(&nll, &fake.provider, "abc", NULL, NULL, &err), BN_ERR_USAGE);
    cr_expect(strstr(err.text, "4 tokens"));
}

Test(score, log_probability_of_large_logits)
{
    float logits[3] = {1000, 1001, -1000};
    cr_expect_float_eq(bn_log_probability(logits, 3, 0), -1.3132616875182228, 1e-9); /* -ln(1 + e) */
}
