/* test_options.c - the registry of options: every line complete, choices set and checked, exclusion in both directions.
 */
#include "engine/bitnet.h"
#include <criterion/criterion.h>
#include <string.h>

Test(options, every_line_is_complete_and_takes_its_own_values)
{
    size_t n;
    const struct bn_option *const *all = bn_options(&n);
    cr_assert_gt(n, 2);
    for (size_t i = 0; i < n; i++) {
        const struct bn_option *o = all[i];
        cr_assert(o->name && o->help && o->exactness && o->values && o->values[0] && o->set &&
                      (o->values[1] || strstr(o->argument, "FILE")),
                  "option %zu lacks something", i);
        cr_expect_eq(bn_option_find(o->name), o);
        for (const char *const *v = o->values; *v; v++) {
            struct bn_settings s = {.session = {.n_threads = 1}};
            struct bn_error err = {.status = BN_OK};
            struct bn_option_choice choice = {o->name, *v};
            cr_expect_eq(bn_options_apply(&s, &choice, 1, &err), BN_OK, "%s=%s: %s", o->name, *v, err.text);
        }
        for (const char *const *c = o->conflicts; c && *c; c++)
            cr_expect(bn_option_find(*c), "%s excludes %s, which is no option", o->name, *c);
    }
}

Test(options, choices_reach_the_settings)
{
    struct bn_settings s = {.session = {.n_threads = 3}};
    const struct bn_option_choice choices[] = {{"kv-type", "q8_0"}, {"batch", "48"}, {"weights_in_place", "on"}};
    cr_assert_eq(bn_options_apply(&s, choices, 3, NULL), BN_OK);
    cr_expect_str_eq(s.session.kv_type, "q8_0");
    cr_expect_eq(s.session.n_batch, 48);
    cr_expect_eq(s.session.n_threads, 3);
    cr_expect(s.model.weights_in_place);
    cr_assert_eq(bn_options_apply(&s, &(struct bn_option_choice){"weights_in_place", "False"}, 1, NULL), BN_OK);
    cr_expect_not(s.model.weights_in_place);
}

Test(options, nonsense_is_refused_in_one_sentence)
{
    const struct bn_option_choice bad[] = {
        {"warp_speed", "on"}, {"batch", "12x"}, {"batch", "-1"}, {"batch", ""}, {"weights_in_place", "perhaps"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct bn_settings s = {.session = {.n_threads = 1}};
        struct bn_error err;
        cr_expect_eq(bn_options_apply(&s, &bad[i], 1, &err), BN_ERR_USAGE, "%s=%s", bad[i].name, bad[i].value);
        cr_expect_eq(err.text[strlen(err.text) - 1], '.', "%s", err.text);
    }
}

Test(options, what_excludes_each_other_is_refused_in_either_order)
{
    const struct bn_option_choice ab[] = {{"head_screening", "on"}, {"prompt_lookup", "7"}}, ba[] = {ab[1], ab[0]};
    const struct bn_option_choice one_off[] = {{"head_screening", "on"}, {"prompt_lookup", "0"}};
    struct bn_settings s = {.session = {.n_threads = 1}};
    cr_expect_eq(bn_options_apply(&s, ab, 2, NULL), BN_ERR_UNSUPPORTED);
    cr_expect_eq(bn_options_apply(&s, ba, 2, NULL), BN_ERR_UNSUPPORTED);
    cr_expect_eq(bn_options_apply(&s, one_off, 2, NULL), BN_OK);
}
