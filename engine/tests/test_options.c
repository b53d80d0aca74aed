/* test_options.c - the registry of options: every line complete, choices set and checked, exclusion in both directions.
 */
#include "engine/bitnet.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* What switches on the option that this one is part of; names: NULL if it is none. */
static struct bn_option_choice whole(const struct bn_option *o)
{
    const struct bn_option *of = bn_option_whole(o);
    const char *value = NULL;
    if (!of) return (struct bn_option_choice){NULL, NULL};
    bn_option_needs(o, of->name, &value);
    return (struct bn_option_choice){of->name, value ? value : of->values[1]};
}

/* A choice, with the option that it is part of switched on. */
static enum bn_status apply(struct bn_settings *s, const char *name, const char *value, struct bn_error *err)
{
    const struct bn_option_choice choices[] = {{name, value}, whole(bn_option_find(name))};
    return bn_options_apply(s, choices, choices[1].name ? 2 : 1, err);
}

Test(options, every_line_is_complete_and_takes_its_own_values)
{
    size_t n;
    const struct bn_option *const *all = bn_options(&n);
    cr_assert_gt(n, 2);
    for (size_t i = 0; i < n; i++) {
        const struct bn_option *o = all[i];
        cr_assert(o->name && o->help && o->exactness && o->values && o->values[0] && o->set &&
                      (o->values[1] || o->takes_file),
                  "option %zu lacks something", i);
        cr_expect_eq(bn_option_find(o->name), o);
        for (const char *const *v = o->values; *v; v++) {
            struct bn_settings s = {.session = {.n_threads = 1}};
            struct bn_error err = {.status = BN_OK};
            cr_expect_eq(apply(&s, o->name, *v, &err), BN_OK, "%s=%s: %s", o->name, *v, err.text);
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

static void expect_refused(const struct bn_option *o, double value)
{
    struct bn_settings s = {.session = {.n_threads = 1}};
    struct bn_error err;
    char text[32];
    snprintf(text, sizeof text, "%.10g", value);
    cr_expect_eq(apply(&s, o->name, text, &err), BN_ERR_USAGE, "%s=%s", o->name, text);
}

Test(options, the_range_that_is_declared_is_the_range_that_is_taken)
{
    size_t n, n_ranges = 0;
    const struct bn_option *const *all = bn_options(&n);
    for (size_t i = 0; i < n; i++) {
        const struct bn_option *o = all[i];
        struct bn_settings s = {.session = {.n_threads = 1}};
        char most[32];
        if (o->least == o->most) continue;
        snprintf(most, sizeof most, "%.10g", o->most);
        cr_expect_eq(apply(&s, o->name, most, NULL), BN_OK, "%s=%s", o->name, most);
        expect_refused(o, o->least - 1);
        expect_refused(o, o->most + 1);
        n_ranges++;
    }
    cr_expect_geq(n_ranges, 2);
}

/* Whether it is part of an option that is neither of the two, or not with that value of the other one. */
static bool lacks(const struct bn_option *o, const struct bn_option *other, const char *value)
{
    const char *wanted = NULL;
    return bn_option_whole(o) && (!bn_option_needs(o, other->name, &wanted) || (wanted && strcmp(wanted, value)));
}

/* The k-th value that is not the default; that of a file, which need not be there, is the last. */
static const char *value_of(const struct bn_option *o, size_t k)
{
    size_t n = 0;
    while (o->values[n + 1]) n++;
    return k < n ? o->values[k + 1] : k == n && o->takes_file ? "of_this_model.json" : NULL;
}

static void expect_both_named(const struct bn_error *err, const struct bn_option *a, const struct bn_option *b)
{
    cr_expect(strstr(err->text, a->name) && strstr(err->text, b->name) && err->text[strlen(err->text) - 1] == '.',
              "%s and %s: \"%s\"", a->name, b->name, err->text);
}

/* Every pair, with every value that is not the default: refused if and only if one of the two declares it, or is part
 * of a third; what excludes each other is named. */
static void check_pair(const struct bn_option *a, const char *value, const struct bn_option *b, const char *other)
{
    struct bn_settings s = {.session = {.n_threads = 1}};
    struct bn_option_choice both[] = {{a->name, value}, {b->name, other}};
    struct bn_error err;
    bool excluded = bn_option_excludes(a, b), refused = excluded || lacks(a, b, other) || lacks(b, a, value);
    cr_expect_eq(bn_options_apply(&s, both, 2, &err), refused ? BN_ERR_UNSUPPORTED : BN_OK, "%s=%s %s=%s", a->name,
                 value, b->name, other);
    if (excluded) expect_both_named(&err, a, b);
    both[1].value = b->values[0];
    cr_expect_eq(bn_options_apply(&s, both, 2, NULL), bn_option_whole(a) ? BN_ERR_UNSUPPORTED : BN_OK,
                 "%s=%s beside the default of %s", a->name, value, b->name);
}

Test(options, every_pair_is_taken_or_refused_as_declared)
{
    size_t n, n_excluded = 0;
    const struct bn_option *const *all = bn_options(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            for (size_t a = 0; i != j && value_of(all[i], a); a++)
                for (size_t b = 0; value_of(all[j], b); b++) {
                    check_pair(all[i], value_of(all[i], a), all[j], value_of(all[j], b));
                    n_excluded += bn_option_excludes(all[i], all[j]);
                }
    cr_expect_gt(n_excluded, 0);
}

/* What is part of an option that is off would do nothing. */
Test(options, a_part_is_refused_without_its_whole)
{
    static const char *const parts[] = {"kv_budget", "kv_min_keep", "kv_warmup_steps", "kv_threshold"};
    for (int i = 0; i < 4; i++) {
        struct bn_settings s = {.session = {.n_threads = 1}};
        struct bn_error err;
        const struct bn_option *o = bn_option_find(parts[i]);
        struct bn_option_choice both[] = {{o->name, o->values[1]}, {"kv-prune", "off"}};
        cr_expect_eq(bn_options_apply(&s, both, 1, &err), BN_ERR_UNSUPPORTED);
        cr_expect_not_null(strstr(err.text, "acts only with option kv_prune"), "%s", err.text);
        cr_expect_eq(bn_options_apply(&s, both, 2, NULL), BN_ERR_UNSUPPORTED);
        both[1].value = "dynamic";
        cr_expect_eq(bn_options_apply(&s, both, 2, NULL), BN_OK, "%s", o->name);
        both[0].value = o->values[0], both[1].value = "off";
        cr_expect_eq(bn_options_apply(&s, both, 2, NULL), BN_OK, "the default of %s", o->name);
    }
}

Test(options, a_part_of_one_value_is_refused_with_the_others)
{
    const struct bn_option_choice window[] = {{"kv_threshold", "0.5"}, {"kv_prune", "window"}};
    struct bn_settings s = {.session = {.n_threads = 1}};
    struct bn_error err;
    cr_expect_eq(bn_options_apply(&s, window, 2, &err), BN_ERR_UNSUPPORTED);
    cr_expect_str_eq(err.text, "Option kv_threshold (0.5) acts only with option kv_prune (dynamic); choose that too.");
}

Test(options, what_acts_on_nothing_that_a_program_does_is_refused_with_the_reason)
{
    struct bn_option_choice lookup = {"prompt_lookup", "7"}, timeout = {"timeout_ms", "50"};
    struct bn_error err;
    cr_expect_eq(bn_options_act_on(&lookup, 1, BN_TASK_GENERATE, NULL), BN_OK);
    cr_expect_eq(bn_options_act_on(&lookup, 1, 0, &err), BN_ERR_UNSUPPORTED);
    cr_expect_str_eq(err.text, "Option prompt_lookup (7) does nothing here: no text is generated alone.");
    cr_expect_eq(bn_options_act_on(&timeout, 1, BN_TASK_SESSION | BN_TASK_STREAM, NULL), BN_OK);
    cr_expect_eq(bn_options_act_on(&timeout, 1, BN_TASK_GENERATE, &err), BN_ERR_UNSUPPORTED);
    cr_expect_str_eq(err.text, "Option timeout_ms (50) does nothing here: no text is handed on as it is generated.");
    timeout.value = "0";
    cr_expect_eq(bn_options_act_on(&timeout, 1, 0, NULL), BN_OK, "the default does nothing anywhere");
}

Test(options, an_option_says_on_which_models_it_acts)
{
    const struct bn_model_info b158 = {.name = "b158",
                                       .ternary_layout = "i2",
                                       .weight_encoding = "i2_s",
                                       .head_encoding = "q6_k"},
                               twin = {.name = "twin", .weight_encoding = "f16", .head_encoding = "f16"};
    struct bn_option_choice layout = {"ternary_layout", "i2"}, screening = {"head_screening", "on"};
    struct bn_error err;
    cr_expect_eq(bn_options_act(&layout, 1, &b158, NULL), BN_OK);
    cr_expect_eq(bn_options_act(&layout, 1, &twin, &err), BN_ERR_UNSUPPORTED);
    cr_expect_str_eq(err.text, "Option ternary_layout (i2) acts only on models with ternary weights; twin has none.");
    layout.value = "auto";
    cr_expect_eq(bn_options_act(&layout, 1, &twin, NULL), BN_OK, "the default does nothing anywhere");
    cr_expect_eq(bn_options_act(&screening, 1, &twin, NULL), BN_OK);
    cr_expect_eq(bn_options_act(&screening, 1, &b158, &err), BN_ERR_UNSUPPORTED);
    cr_expect_str_eq(err.text,
                     "Option head_screening (on) acts only on models with an f16, bf16 or f32 head; b158 has none.");
}

Test(options, an_option_says_what_comes_to_its_default)
{
    const struct bn_model_info b158 = {.name = "b158",
                                       .kernels = "avx2",
                                       .ternary_layout = "i2",
                                       .weight_encoding = "i2_s",
                                       .head_encoding = "q6_k",
                                       .file_is_ternary = true};
    static const char *const idle[][2] = {
        {"kernel_backend", "avx2"}, {"ternary_layout", "i2"}, {"blocked", "off"}, {"ternary_weights", "on"},
        {"kv_type", "f16"},         {"head_screening", "on"}, {"batch", "0"}};
    static const char *const acts[][2] = {{"kernel_backend", "ref"},
                                          {"ternary_layout", "lut3"},
                                          {"kv_type", "f32"},
                                          {"fused_norm", "on"},
                                          {"batch", "32"}};
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        cr_expect(bn_option_idle(bn_option_find(idle[i][0]), idle[i][1], &b158), "%s=%s", idle[i][0], idle[i][1]);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        cr_expect_not(bn_option_idle(bn_option_find(acts[i][0]), acts[i][1], &b158), "%s=%s", acts[i][0], acts[i][1]);
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

/* The caller need not want the sentence. */
Test(options, a_calibration_text_that_is_too_short_is_refused_without_a_sentence_too)
{
    struct bn_model *model;
    const struct bn_model_options options = {.wrq = true, .wrq_calibrate_text = "LICENSE"};
    cr_expect_eq(bn_model_open(&model, "datasets/reference/twin-f16.gguf", &options, NULL), BN_ERR_UNSUPPORTED);
}
