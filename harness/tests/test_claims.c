/* test_claims.c - published figures: units and expressions, what a claim file may say, and the rule of the verdict. */
#include "harness/claims/claims.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- amounts; expected values by hand ---- */
static void check_amount(const char *text, double value, const char *unit)
{
    struct bn_amount x;
    struct bn_error err = {0};
    char is[96];
    cr_assert_eq(bn_amount_read(&x, text, NULL, NULL, &err), BN_OK, "%s: %s", text, err.text);
    cr_expect_float_eq(x.value, value, 1e-12 * fabs(value) + 1e-300, "%s = %.17g", text, x.value);
    cr_expect_str_eq(bn_amount_unit_text(&x, is, sizeof is), unit, "%s is %s", text, is);
}

Test(claims, amounts)
{
    check_amount("2 + 3 * 4 - 6 / 2", 11, "a plain number");
    check_amount("2 ^ 3 * -2", -16, "a plain number");
    check_amount("(2 + 3) * (4 - 6) / 2", -5, "a plain number");
    check_amount("10 - 4 - 3", 3, "a plain number");
    check_amount("64 / 4 / 2", 8, "a plain number");
    check_amount("142[token/s] * 1.3e9[weight/token] * 1[bit/weight]", 23.075e9, "B/s");
    check_amount("3[GB/s] / (1.5[GB])", 2, "1/s");
    check_amount("sqrt(9[B] * 4[B])", 6, "B");
    check_amount("max(1[ms], 2[us], 3[ns])", 1e-3, "s");
    check_amount("ln(exp(2))", 2, "a plain number");
    check_amount("1.08[GiB] - 946[MiB]", 1.08 * 1073741824 - 946.0 * 1048576, "B");
    check_amount("37[%]", 0.37, "a plain number");
    check_amount("128[MAC/cycle] * 3.7e9[cycle/s]", 473.6e9, "MAC/s");
    check_amount("5[W] * 2[s]", 10, "J");
}

/* min and max of the C library pass a NAN over; 1 / inf is 0. Neither may hide a division by 0. */
Test(claims, amounts_without_a_value)
{
    static const char *const texts[] = {"1 / 0",       "0 / 0",         "max(0 / 0, 5)", "min(5, 1 / 0)",
                                        "1 / (1 / 0)", "5 + 1 / ln(0)", "exp(9e9)",      "1e308 * 10 / 1e9",
                                        "sqrt(-1)",    "1e308 + 1e308", "abs(-1 / 0)",   "-(1 / 0)^2",
                                        "exp(-1 / 0)"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct bn_amount x;
        struct bn_error err = {0};
        cr_assert_eq(bn_amount_read(&x, texts[i], NULL, NULL, &err), BN_OK, "%s: %s", texts[i], err.text);
        cr_expect(isnan(x.value), "%s = %g", texts[i], x.value);
    }
}

static void check_refused(const char *text, const char *why)
{
    struct bn_amount x;
    struct bn_error err = {0};
    cr_expect_eq(bn_amount_read(&x, text, NULL, NULL, &err), BN_ERR_FORMAT, "%s", text);
    cr_expect(strstr(err.text, why), "%s: %s", text, err.text);
}

Test(claims, refused_amounts)
{
    check_refused("1[GB] + 1[token]", "equal units, not B and token");
    check_refused("max(1[s], 1)", "equal units");
    check_refused("ln(2[s])", "A function needs equal units");
    check_refused("sqrt(2[B])", "even powers");
    check_refused("1[parsec]", "\"parsec\" is not a unit");
    check_refused("1[GB/]", "ends in /");
    check_refused("1[GB", "A unit is written as");
    check_refused("1[]", "A unit is written as");
    check_refused("2 * cheese", "Unknown name \"cheese\"");
    check_refused("cheese(2)", "Unknown function \"cheese\"");
    check_refused("2 +", "ends too early");
    check_refused("(2", "parenthesis");
    check_refused("2 2", "left over");
    check_refused("0x10", "decimal");
    check_refused("1e999", "too large");
    check_refused("2 ^ 9", "whole number from 1 to 8");
    check_refused("2[s] ^ 8 * 2[s]", "beyond 8");
    char deep[400];
    memset(deep, '(', sizeof deep - 1), deep[sizeof deep - 1] = 0;
    check_refused(deep, "nested too deeply");
    memset(deep, '-', sizeof deep - 1);
    check_refused(deep, "nested too deeply");
}

/* ---- the rule: the same claim, other measurements ---- */
static enum bn_claim_verdict equal(double published, double neutral, double x, double low, double high)
{
    return bn_claim_compare(BN_CLAIM_EQUAL, 0.9 * published, 1.1 * published, neutral, x, low, high, false);
}

Test(claims, verdict_follows_the_measured_value)
{
    cr_expect_eq(equal(1.22, 1, 1.25, 1.23, 1.27), BN_VERDICT_REPRODUCED);
    cr_expect_eq(equal(1.22, 1, 1.40, 1.33, 1.47), BN_VERDICT_REPRODUCED, "the interval meets 1.342");
    cr_expect_eq(equal(1.22, 1, 1.40, 1.35, 1.45), BN_VERDICT_DIRECTION);
    cr_expect_eq(equal(1.22, 1, 1.05, 1.03, 1.07), BN_VERDICT_DIRECTION);
    cr_expect_eq(equal(1.22, 1, 0.80, 0.78, 0.82), BN_VERDICT_CONTRADICTED);
    cr_expect_eq(equal(1.22, 1, 1.01, 0.99, 1.03), BN_VERDICT_CONTRADICTED, "no effect");
    cr_expect_eq(equal(1.22, 1, 1.10, 0.95, 1.25), BN_VERDICT_INCONCLUSIVE, "the claim, or no effect");
    cr_expect_eq(equal(1.01, 1, 1.00, 0.99, 1.01), BN_VERDICT_REPRODUCED, "what is accepted holds no effect");
    cr_expect_eq(equal(1.01, 1, 1.00, 0.81, 1.20), BN_VERDICT_REPRODUCED, "as wide as twice what is accepted");
    cr_expect_eq(equal(1.01, 1, 1.00, 0.77, 1.23), BN_VERDICT_INCONCLUSIVE, "wide enough for any claim");
    cr_expect_eq(equal(95, (double)NAN, 66, 48, 90), BN_VERDICT_INCONCLUSIVE,
                 "so is an interval that meets it at one end");
    cr_expect_eq(equal(40, (double)NAN, 60, 59, 61), BN_VERDICT_CONTRADICTED, "without a direction");
    cr_expect_eq(equal(1.22, 1, 1.22, (double)NAN, (double)NAN), BN_VERDICT_REPRODUCED, "without an interval");
    cr_expect_eq(bn_claim_compare(BN_CLAIM_EQUAL, 0.9, 1.1, (double)NAN, 2, (double)NAN, (double)NAN, true),
                 BN_VERDICT_ARITHMETIC);
}

Test(claims, verdict_of_bounds)
{
    const struct {
        enum bn_claim_relation relation;
        double accept, x, low, high;
        enum bn_claim_verdict verdict;
    } cases[] = {
        {BN_CLAIM_AT_MOST, 0.3, 0.1, 0.0, 0.2, BN_VERDICT_REPRODUCED},
        {BN_CLAIM_AT_MOST, 0.3, 0.3, 0.2, 0.4, BN_VERDICT_INCONCLUSIVE},
        {BN_CLAIM_AT_MOST, 0.3, 0.5, 0.4, 0.6, BN_VERDICT_CONTRADICTED},
        {BN_CLAIM_AT_LEAST, 3, 4, 3.5, 4.5, BN_VERDICT_REPRODUCED},
        {BN_CLAIM_AT_LEAST, 3, 3, 2.5, 3.5, BN_VERDICT_INCONCLUSIVE},
        {BN_CLAIM_AT_LEAST, 3, 2, 1.5, 2.5, BN_VERDICT_CONTRADICTED},
        {BN_CLAIM_LIMIT, 1.49, 1.05, (double)NAN, (double)NAN, BN_VERDICT_ARITHMETIC},
        {BN_CLAIM_LIMIT, 1.04, 1.05, (double)NAN, (double)NAN, BN_VERDICT_NOT_HERE},
        {BN_CLAIM_ROOFLINE, 1850, 461, (double)NAN, (double)NAN, BN_VERDICT_ROOFLINE},
        {BN_CLAIM_ROOFLINE, 23, 77, (double)NAN, (double)NAN, BN_VERDICT_NOT_HERE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_eq(bn_claim_compare(cases[i].relation, cases[i].accept, cases[i].accept, (double)NAN, cases[i].x,
                                      cases[i].low, cases[i].high, false),
                     cases[i].verdict, "case %zu", i);
}

/* ---- files ---- */
#define HEAD  "id: T1\nclaim: c\nsource: s\nwhere: w\nprovenance: P1\nenvironment: e\n"
#define VALUE "values: [{name: v, published: '2', ours: '2'}]\n"

Test(claims, refused_files)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"id: T1\n", "The field \"claim\" is missing"},
        {HEAD, "It has no `values`"},
        {HEAD "verdict: reproduced\n" VALUE, "Unknown field \"verdict\""},
        {HEAD "values: [{name: v, published: '2', ours: '2', verdict: reproduced}]\n", "Unknown field \"verdict\""},
        {HEAD "provenance: P2\n" VALUE, "\"provenance\" is given twice"},
        {HEAD "values: [{name: v, published: '2'}]\n", "has no `ours`"},
        {HEAD "values: [{name: v, published: '2[GB]', ours: '2'}]\n",
         "published of \"v\" is B, its unit says a plain number"},
        {HEAD "unit: GB\nvalues: [{name: v, published: '2[GB]', ours: '2'}]\n",
         "ours of \"v\" is a plain number, its unit says B"},
        {HEAD "unit: GBs\n" VALUE, "\"GBs\" is not a unit"},
        {HEAD "tolerance: 1[s]\n" VALUE, "tolerance of \"v\" is s"},
        {HEAD "given: [{name: a, is: b, from: x}, {name: b, is: '1', from: x}]\n" VALUE, "Unknown name \"b\""},
        {HEAD "given: [{name: A, is: '1', from: x}]\n" VALUE, "must be of a to z"},
        {HEAD "given: [{name: a, is: '1', from: x}]\nmeasured: [{name: a, what: decode, plan: p}]\n" VALUE,
         "both given and measured"},
        {HEAD "measured: [{name: a, what: speed, plan: p}]\n" VALUE, "line 7"},
        {HEAD "measured: [{name: a, what: decode, plan: p}]\nvalues: [{name: v, published: a, ours: '1'}]\n",
         "Unknown name \"a\""},
        {HEAD "measured: [{name: a, what: decode, plan: p}, {name: b, what: decode, plan: p}]\nvalues: [{name: v, "
              "published: '1', "
              "ours: a / b, relation: limit}]\n",
         "cannot come from a measurement"},
        {HEAD "needs: [{kind: thing, name: a GPU}]\nmeasured: [{name: a, what: decode, plan: p}]\n" VALUE,
         "nothing can be measured"},
        {HEAD "values: [{name: v, row: r, column: c, published: '2', ours: '2'}]\n", "names no table"},
        {HEAD "table: t\nvalues: [{name: v, row: r, published: '2', ours: '2'}]\n", "needs both"},
        {HEAD "table: t\nvalues: [{name: v, column: c, published: '2', ours: '2'}]\n", "needs both"},
        {HEAD
         "table: t\nvalues: [{name: v, row: r, column: c, published: '2', ours: '2'}, {name: w, row: r, column: c, "
         "published: '3', ours: '2'}]\n",
         "\"v\" and \"w\" are in the same cell"},
        {HEAD "values: [{name: v, published: 1 / 0, ours: '2'}]\n",
         "published of \"v\": \"1 / 0\" has no finite value"},
        {HEAD "values: [{name: v, published: '2', ours: sqrt(-1)}]\n", "ours of \"v\": \"sqrt(-1)\" has no finite"},
        {HEAD "values: [{name: v, published: '2', ours: 'max(0 / 0, 2)'}]\n", "has no finite value"},
        {HEAD "values: [{name: v, published: '2', ours: 2 + 1 / (1 / 0)}]\n", "has no finite value"},
        {HEAD "given: [{name: g, is: 1 / 0, from: x}]\nvalues: [{name: v, published: '2', ours: 2 + 1 / g}]\n",
         "g: \"1 / 0\" has no finite value"},
        {HEAD "tolerance: 1 / 0\n" VALUE, "tolerance of \"v\": \"1 / 0\" has no finite value"},
        {HEAD "tolerance: '-10[%]'\n" VALUE, "The tolerance of \"v\" must not be below 0"},
        {HEAD "neutral: 0 / 0\n" VALUE, "neutral of \"v\": \"0 / 0\" has no finite value"},
        {HEAD "standard_error: 2[%]\n" VALUE, "needs `items`"},
        {HEAD "items: 500\nstandard_error: 9[%]\n" VALUE, "has a standard error of up to 0.022"},
        {HEAD VALUE "---\n" HEAD, "A second document"},
        {HEAD "values: [{name: v, published: '2', ours: '2'}, {name: v, published: '3', ours: '3'}]\n",
         "Two entries of values"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bn_claim *claim;
        struct bn_error err = {0};
        cr_expect_neq(bn_claim_parse(&claim, cases[i].text, strlen(cases[i].text), "t.yaml", &err), BN_OK, "%s",
                      cases[i].text);
        cr_expect(strstr(err.text, cases[i].why), "%s: %s", cases[i].text, err.text);
        cr_expect_eq(strncmp(err.text, "t.yaml", 6), 0, "%s", err.text);
    }
}

/* Each given quantity is twice the one before it: 2^200, and no more work than 200 lines. */
Test(claims, given_from_given, .timeout = 10)
{
    static char text[20000];
    struct bn_claim *claim;
    struct bn_error err = {0};
    int n = snprintf(text, sizeof text, HEAD "given:\n  - {name: a0, is: '1', from: x}\n");
    for (int i = 1; i <= 200; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "  - {name: a%d, is: a%d + a%d, from: x}\n", i, i - 1, i - 1);
    n += snprintf(text + n, sizeof text - (size_t)n, "values: [{name: v, published: a200 / a199, ours: '2'}]\n");
    cr_assert_eq(bn_claim_parse(&claim, text, (size_t)n, "t.yaml", &err), BN_OK, "%s", err.text);
    bn_claim_close(claim);
}

/* Every file of the list is read, has its figures and says where they are from; at least 100. */
Test(claims, list)
{
    struct bn_claim_list list;
    struct bn_error err = {0};
    cr_assert_eq(bn_claims_open(&list, NULL, &err), BN_OK, "%s", err.text);
    cr_expect_geq(list.n, 100);
    for (size_t i = 0; i < list.n; i++)
        for (size_t j = 0; j < i; j++) cr_expect_str_neq(list.at[i]->id, list.at[j]->id);
    bn_claims_close(&list);
}

/* What arithmetic alone says, worked out by hand. */
Test(claims, arithmetic)
{
    static const struct {
        const char *id;
        int value;
        double ours;
        enum bn_claim_verdict verdict;
    } cases[] = {
        {"X02", 0, 460.8, BN_VERDICT_ROOFLINE},    /* 12 channels x 4.8 G/s x 8 bytes, against 1850 GB/s */
        {"S21", 0, 0, BN_VERDICT_ARITHMETIC},      /* a window of 256 leaves 128 tokens alone */
        {"S22", 0, 1.0516, BN_VERDICT_ARITHMETIC}, /* (825 + 42.6) / 825 MB */
        {"L07", 0, 473.6, BN_VERDICT_ROOFLINE},    /* 128 x 3.7 G/s, against 521 x 2.084 G */
        {"G06", 0, 0.6548, BN_VERDICT_ARITHMETIC}, {"X03", 0, 1.6566, BN_VERDICT_ARITHMETIC}, /* 492 / 297 */
        {"R01", 0, 0.4116, BN_VERDICT_REPRODUCED},                                            /* 2.084 x 1.58 / 8 GB */
        {"Y10", 0, 64, BN_VERDICT_REPRODUCED},
    };
    struct bn_claim_list list;
    struct bn_evidence evidence;
    struct bn_error err = {0};
    cr_assert_eq(bn_claims_open(&list, NULL, &err), BN_OK, "%s", err.text);
    bn_evidence_open(&evidence, NULL, 0);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (size_t i = 0; i < list.n; i++) {
            struct bn_claim_result r;
            if (strcmp(list.at[i]->id, cases[k].id)) continue;
            cr_assert_eq(bn_claim_judge(list.at[i], &evidence, &r, &err), BN_OK, "%s", err.text);
            cr_expect_float_eq(r.values[cases[k].value].measured, cases[k].ours, 5e-5 * cases[k].ours + 1e-9, "%s: %g",
                               cases[k].id, r.values[cases[k].value].measured);
            cr_expect_eq(r.values[cases[k].value].verdict, cases[k].verdict, "%s", cases[k].id);
            bn_claim_result_release(&r);
        }
    bn_claims_close(&list);
}
