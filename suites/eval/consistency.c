/* consistency.c - a task with preambles: whether a question gets the same answer after each of them. */
#include "suites/eval/metrics.h"
#include "suites/fail.h"
#include <stdlib.h>
#include <string.h>

/* What the model chose at each question. Items stand by preamble, and by question within. */
struct answers {
    int *chosen; /* [n_items] */
    size_t n_questions;
    double *right, *same, *all; /* [n_questions] share that is right, of pairs that agree, whether all are right */
};

static void release(struct answers *a)
{
    free(a->chosen);
    free(a->right);
    free(a->same);
    free(a->all);
}

/* The items of one question: those of its number. Their indices in `of`; returns how many there are. */
static size_t find(const struct bn_items *items, size_t first, size_t *of)
{
    size_t n = 0;
    for (size_t i = first; i < items->n; i++)
        if (items->list[i].number == items->list[first].number) of[n++] = i;
    return n;
}

static void judge(struct answers *a, const struct bn_items *items, const size_t *of, size_t n)
{
    size_t q = a->n_questions++, right = 0, same = 0;
    for (size_t i = 0; i < n; i++) {
        right += a->chosen[of[i]] == items->list[of[i]].gold;
        for (size_t j = 0; j < i; j++) same += a->chosen[of[i]] == a->chosen[of[j]];
    }
    a->right[q] = (double)right / (double)n, a->all[q] = right == n;
    a->same[q] = (double)same / ((double)n * (double)(n - 1) / 2);
}

static enum bn_status judge_all(struct answers *a, const struct bn_items *items, const struct bn_task *task,
                                struct bn_error *err)
{
    size_t *of = calloc(items->n + 1, sizeof *of);
    enum bn_status status = of ? BN_OK : bn_suites_fail_memory(err);
    for (size_t i = 0; i < items->n && status == BN_OK; i++) {
        if (strcmp(items->list[i].group, items->list[0].group)) break; /* the questions of the first preamble */
        size_t n = find(items, i, of);
        if (n == task->n_preambles)
            judge(a, items, of, n);
        else
            status = bn_suites_fail(err, BN_ERR_USAGE,
                                    "Task %s compares answers after %u preambles, and item %s has %zu of them; name "
                                    "all in --ids.",
                                    task->name, task->n_preambles, items->list[i].id, n);
    }
    free(of);
    return status;
}

enum bn_status bn_consistency_metrics(struct bn_eval_result *result, const struct bn_task *task,
                                      const struct bn_items *items, struct bn_error *err)
{
    size_t n = items->n + 1;
    struct answers a = {calloc(n, sizeof *a.chosen), 0, calloc(n, sizeof *a.right), calloc(n, sizeof *a.same),
                        calloc(n, sizeof *a.all)};
    double *hits = calloc(n, sizeof *hits);
    enum bn_status status = a.chosen && a.right && a.same && a.all && hits ? BN_OK : bn_suites_fail_memory(err);
    for (size_t i = 0; i < items->n && status == BN_OK; i++) {
        a.chosen[i] = bn_argmax(result->items[i].ll, NULL, result->items[i].n_choices);
        hits[i] = a.chosen[i] == items->list[i].gold;
    }
    if (status == BN_OK) status = bn_find_groups(result, items, hits, err);
    if (status == BN_OK) status = judge_all(&a, items, task, err);
    if (status == BN_OK) {
        bn_metric_add(result, "consistency", bn_mean_of(a.same, a.n_questions));
        bn_metric_add(result, "consistent_acc", bn_mean_of(a.all, a.n_questions));
        bn_metric_add(result, "acc", bn_mean_of(a.right, a.n_questions));
    }
    free(hits);
    release(&a);
    return status;
}
