/* test_metrics.c - predictions, means, standard errors and group scores against data/oracle. */
#include "suites/eval/metrics.h"
#include "suites/tests/oracle.h"
#include <math.h>
#include <string.h>

enum { MAX = 32 };
struct scored {
    double ll[MAX];
    size_t length[MAX];
    bool labels[MAX];
    int n;
};

static struct scored load(json_t *item, const char *length)
{
    struct scored s = {.n = (int)json_array_size(json_object_get(item, "ll"))};
    for (int i = 0; i < s.n; i++) {
        s.ll[i] = json_number_value(json_array_get(json_object_get(item, "ll"), (size_t)i));
        s.length[i] = (size_t)json_integer_value(json_array_get(json_object_get(item, length), (size_t)i));
        s.labels[i] = json_integer_value(json_array_get(json_object_get(item, "labels"), (size_t)i)) == 1;
    }
    return s;
}

static void check_mean(json_t *all, const char *name, const double *values, size_t n)
{
    char error[64];
    struct bn_mean mean = bn_mean_of(values, n);
    snprintf(error, sizeof error, "%s_stderr", name);
    cr_expect_float_eq(mean.value, json_number_value(json_object_get(all, name)), 1e-6);
    cr_expect_float_eq(mean.error, json_number_value(json_object_get(all, error)), 1e-6);
}

static void check_task(const char *task)
{
    json_t *all = oracle("stories260K", task), *item;
    double acc[200], norm[200], bytes[200];
    size_t i, n = json_array_size(json_object_get(all, "items"));
    json_array_foreach(json_object_get(all, "items"), i, item)
    {
        struct scored c = load(item, "chars"), b = load(item, "bytes");
        int gold = (int)json_integer_value(json_object_get(item, "gold"));
        cr_expect_eq(bn_argmax(c.ll, NULL, c.n), json_integer_value(json_object_get(item, "pred")));
        cr_expect_eq(bn_argmax(c.ll, c.length, c.n), json_integer_value(json_object_get(item, "pred_norm")));
        acc[i] = bn_argmax(c.ll, NULL, c.n) == gold;
        norm[i] = bn_argmax(c.ll, c.length, c.n) == gold;
        bytes[i] = bn_argmax(b.ll, b.length, b.n) == gold;
    }
    check_mean(all, "acc", acc, n);
    check_mean(all, "acc_norm", norm, n);
    check_mean(all, "acc_bytes", bytes, n);
    json_decref(all);
}

Test(metrics, arc_easy) { check_task("arc_easy"); }
Test(metrics, hellaswag) { check_task("hellaswag"); }
Test(metrics, openbookqa) { check_task("openbookqa"); }
Test(metrics, empty_answers_are_never_picked_by_length) { check_task("truthfulqa_mc1_empty"); }

Test(metrics, truthfulqa_mc2_share)
{
    json_t *all = oracle("stories260K", "truthfulqa_mc2"), *item;
    double shares[200];
    size_t i;
    json_array_foreach(json_object_get(all, "items"), i, item)
    {
        struct scored s = load(item, "chars");
        shares[i] = bn_true_share(s.ll, s.labels, s.n);
        cr_expect_float_eq(shares[i], json_number_value(json_object_get(item, "mc2")), 1e-5);
    }
    check_mean(all, "acc", shares, i);
    json_decref(all);
}

Test(metrics, share_of_tiny_probabilities_is_a_number)
{
    cr_expect_float_eq(bn_true_share((double[]){-2000, -2001}, (bool[]){true, false}, 2), 1 / (1 + exp(-1)), 1e-12);
}

static void check_group(const char *task)
{
    json_t *all = oracle("stories260K", task), *subject;
    struct bn_mean groups[64];
    const char *name;
    size_t k = 0;
    json_object_foreach(json_object_get(all, "subjects"), name, subject) groups[k++] = (struct bn_mean){
        json_number_value(json_object_get(subject, "acc")), json_number_value(json_object_get(subject, "stderr")),
        (size_t)json_integer_value(json_object_get(subject, "n"))};
    struct bn_mean mean = bn_mean_of_groups(groups, k);
    json_t *group = json_object_get(all, "group");
    cr_expect_float_eq(mean.value, json_number_value(json_object_get(group, "acc")), 2e-6);
    cr_expect_float_eq(mean.error, json_number_value(json_object_get(group, "stderr")), 2e-6);
    json_decref(all);
}
Test(metrics, mmlu_group) { check_group("mmlu"); }
Test(metrics, mmlu_group_of_pairs) { check_group("mmlu_2each"); }

Test(metrics, words_count_the_empty_ends)
{
    cr_expect_eq(bn_text_words(""), 1);
    cr_expect_eq(bn_text_words("a"), 1);
    cr_expect_eq(bn_text_words(" a  b\n"), 4);
}

Test(metrics, one_value_has_no_standard_error)
{
    cr_expect(isnan(bn_mean_of((double[]){1}, 1).error));
    cr_expect(isnan(bn_mean_of_groups((struct bn_mean[]){{1, NAN, 1}, {0, NAN, 1}}, 2).error));
    /* groups of 1 and 2 values {1}, {0, 1}: only the second has a spread, s^2/n = 0.25; N - k = 1, N = 3 */
    struct bn_mean mean = bn_mean_of_groups((struct bn_mean[]){{1, NAN, 1}, {0.5, 0.5, 2}}, 2);
    cr_expect_float_eq(mean.value, 2.0 / 3, 1e-12);
    cr_expect_float_eq(mean.error, sqrt((2 - 1) * 2 * 0.25 / 1 / 3), 1e-12);
}

Test(metrics, first_wins_a_tie)
{
    cr_expect_eq(bn_argmax((double[]){-2, -1, -1}, NULL, 3), 1);
    cr_expect_eq(bn_argmax((double[]){-2, -1}, (size_t[]){0, 0}, 2), 0);
}
