/* one_metrics.c - metrics of tasks that say one thing: an ending, a generated answer. */
#include "suites/eval/metrics.h"
#include "suites/fail.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void ending_metrics(struct bn_eval_result *r, double *values)
{
    for (size_t i = 0; i < r->n_items; i++) values[i] = r->items[i].greedy;
    bn_metric_add(r, "acc", bn_mean_of(values, r->n_items));
    for (size_t i = 0; i < r->n_items; i++) values[i] = -r->items[i].ll[0];
    struct bn_mean nats = bn_mean_of(values, r->n_items);
    bn_metric_add(r, "perplexity", (struct bn_mean){exp(nats.value), exp(nats.value) * nats.error, nats.n});
}

static void answer_metrics(struct bn_eval_result *r, const struct bn_task *task, double *values)
{
    char name[64];
    for (uint32_t f = 0; f < task->n_filters; f++) {
        for (size_t i = 0; i < r->n_items; i++) values[i] = r->items[i].exact[f];
        snprintf(name, sizeof name, "exact_match,%s", task->filters[f].name);
        bn_metric_add(r, name, bn_mean_of(values, r->n_items));
    }
}

enum bn_status bn_one_metrics(struct bn_eval_result *result, const struct bn_task *task, struct bn_error *err)
{
    double *values = calloc(result->n_items + 1, sizeof *values);
    if (!values) return bn_suites_fail_memory(err);
    if (task->score == BN_SCORE_ENDING)
        ending_metrics(result, values);
    else
        answer_metrics(result, task, values);
    free(values);
    return BN_OK;
}
