/* metrics.c - accuracy by three lengths, shares of probability, means with their standard errors, groups. */
#include "suites/eval/metrics.h"
#include "suites/fail.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t bn_text_chars(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

size_t bn_text_words(const char *text)
{
    size_t n = 1;
    for (bool space = false; *text; text++) {
        bool now = isspace((unsigned char)*text);
        n += now && !space;
        space = now;
    }
    return n;
}

int bn_argmax(const double *ll, const size_t *length, int n)
{
    int best = 0;
    double top = -INFINITY;
    for (int i = 0; i < n; i++) {
        double x = !length ? ll[i] : length[i] ? ll[i] / (double)length[i] : -INFINITY;
        if (x > top) top = x, best = i;
    }
    return best;
}

double bn_true_share(const double *ll, const bool *labels, int n)
{
    double max = -INFINITY, all = 0, right = 0;
    for (int i = 0; i < n; i++)
        if (ll[i] > max) max = ll[i];
    for (int i = 0; i < n; i++) {
        double p = exp(ll[i] - max);
        all += p;
        if (labels[i]) right += p;
    }
    return right / all;
}

struct bn_mean bn_mean_of(const double *values, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) sum += values[i];
    double mean = n ? sum / (double)n : NAN;
    for (size_t i = 0; i < n; i++) squares += (values[i] - mean) * (values[i] - mean);
    return (struct bn_mean){mean, n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) : NAN, n};
}

struct bn_mean bn_mean_of_groups(const struct bn_mean *groups, size_t k)
{
    double total = 0, weighted = 0, pooled = 0;
    for (size_t i = 0; i < k; i++) {
        double n = (double)groups[i].n;
        total += n;
        weighted += n * groups[i].value;
        if (groups[i].n > 1) pooled += (n - 1) * n * groups[i].error * groups[i].error;
    }
    double freedom = total - (double)k;
    return (struct bn_mean){weighted / total, freedom > 0 ? sqrt(pooled / freedom / total) : NAN, (size_t)total};
}

/* ---- a choice task ---- */
enum { BY_SUM, BY_CHARS, BY_BYTES };

static double right(const struct bn_eval_item *scored, const struct bn_item *item, int by)
{
    size_t *length = by == BY_SUM ? NULL : calloc((size_t)scored->n_choices, sizeof *length);
    if (by != BY_SUM && !length) return NAN;
    for (int i = 0; length && i < scored->n_choices; i++)
        length[i] = by == BY_CHARS ? bn_text_chars(item->choices[i]) : strlen(item->choices[i]);
    double hit = bn_argmax(scored->ll, length, scored->n_choices) == scored->gold;
    free(length);
    return hit;
}

void bn_metric_add(struct bn_eval_result *result, const char *name, struct bn_mean mean)
{
    struct bn_eval_metric *m = &result->metrics[result->n_metrics++];
    *m = (struct bn_eval_metric){.value = mean.value, .error = mean.error, .n = mean.n};
    snprintf(m->name, sizeof m->name, "%s", name);
}

/* Items of one group are adjacent in the file; a new name starts a new group. */
enum bn_status bn_find_groups(struct bn_eval_result *result, const struct bn_items *items, const double *hits,
                              struct bn_error *err)
{
    result->groups = calloc(items->n, sizeof *result->groups);
    if (!result->groups) return bn_suites_fail_memory(err);
    for (size_t i = 0, end; i < items->n; i = end) {
        for (end = i + 1; end < items->n && !strcmp(items->list[i].group, items->list[end].group);) end++;
        struct bn_mean mean = bn_mean_of(hits + i, end - i);
        result->groups[result->n_groups++] =
            (struct bn_eval_group){items->list[i].group, mean.value, mean.error, mean.n};
    }
    return BN_OK;
}

/* Of the groups of one category, or of all (NULL). */
static struct bn_mean mean_of_groups(const struct bn_eval_result *result, const struct bn_task *task,
                                     const struct bn_task_category *category)
{
    struct bn_mean *means = calloc(result->n_groups + 1, sizeof *means);
    size_t n = 0;
    if (!means) return (struct bn_mean){NAN, NAN, 0};
    for (size_t i = 0; i < result->n_groups; i++) {
        const struct bn_eval_group *g = &result->groups[i];
        if (!category || bn_task_category_of(task, g->name) == category)
            means[n++] = (struct bn_mean){g->acc, g->error, g->n};
    }
    struct bn_mean mean = bn_mean_of_groups(means, n);
    free(means);
    return mean;
}

/* A category without items, of a run of some, is left out; a group without a category would be missing in all. */
static enum bn_status find_categories(struct bn_eval_result *result, const struct bn_task *task, struct bn_error *err)
{
    if (!task->n_categories) return BN_OK;
    for (size_t i = 0; i < result->n_groups; i++)
        if (!bn_task_category_of(task, result->groups[i].name))
            return bn_suites_fail(err, BN_ERR_FORMAT, "The group \"%.100s\" of task %s is in none of its categories.",
                                  result->groups[i].name, task->name);
    result->categories = calloc(task->n_categories, sizeof *result->categories);
    if (!result->categories) return bn_suites_fail_memory(err);
    for (uint32_t c = 0; c < task->n_categories; c++) {
        struct bn_mean mean = mean_of_groups(result, task, &task->categories[c]);
        if (mean.n)
            result->categories[result->n_categories++] =
                (struct bn_eval_group){task->categories[c].name, mean.value, mean.error, mean.n};
    }
    return BN_OK;
}

static const struct {
    const char *name;
    int by;
} all[] = {[BN_METRIC_ACC] = {"acc", BY_SUM},
           [BN_METRIC_ACC_NORM] = {"acc_norm", BY_CHARS},
           [BN_METRIC_ACC_BYTES] = {"acc_bytes", BY_BYTES}};

enum bn_status bn_choice_metrics(struct bn_eval_result *result, const struct bn_task *task,
                                 const struct bn_items *items, struct bn_error *err)
{
    if (bn_score_is_of_one(task->score)) return bn_one_metrics(result, task, err);
    if (task->n_preambles) return bn_consistency_metrics(result, task, items, err);
    double *hits = calloc(items->n + 1, sizeof *hits);
    if (!hits) return bn_suites_fail_memory(err);
    enum bn_status status = BN_OK;
    for (uint32_t k = 0; k < task->n_metrics && status == BN_OK; k++) {
        int m = task->metrics[k];
        for (size_t i = 0; i < items->n; i++)
            hits[i] = task->score == BN_SCORE_TRUE_SHARE
                          ? bn_true_share(result->items[i].ll, items->list[i].labels, result->items[i].n_choices)
                          : right(&result->items[i], &items->list[i], all[m].by);
        if (all[m].by == BY_SUM && items->list[0].group) status = bn_find_groups(result, items, hits, err);
        bool pooled = status == BN_OK && task->grouped && all[m].by == BY_SUM;
        if (pooled) status = find_categories(result, task, err);
        bn_metric_add(result, all[m].name, pooled ? mean_of_groups(result, task, NULL) : bn_mean_of(hits, items->n));
    }
    free(hits);
    return status;
}
