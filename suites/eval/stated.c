/* stated.c - which metrics a task states, known before it runs. */
#include "suites/eval/task.h"
#include <string.h>

static bool one_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(name, list[i])) return true;
    return false;
}
#define ONE_OF(name, ...)                                                                                              \
    one_of(name, (const char *const[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *))

static bool filter_states(const struct bn_task *task, const char *metric)
{
    size_t n = strlen("exact_match,");
    for (uint32_t i = 0; i < task->n_filters; i++)
        if (!strncmp(metric, "exact_match,", n) && !strcmp(metric + n, task->filters[i].name)) return true;
    return false;
}

static bool choice_states(const struct bn_task *task, const char *metric)
{
    static const char *const names[] = {
        [BN_METRIC_ACC] = "acc", [BN_METRIC_ACC_NORM] = "acc_norm", [BN_METRIC_ACC_BYTES] = "acc_bytes"};
    if (task->n_preambles) return ONE_OF(metric, "consistency", "consistent_acc", "acc");
    for (uint32_t i = 0; i < task->n_metrics; i++)
        if (!strcmp(metric, names[task->metrics[i]])) return true;
    return false;
}

bool bn_task_states(const struct bn_task *task, const char *metric)
{
    if (task->measures && !strcmp(metric, task->measures)) return true;
    switch ((enum bn_task_score)task->score) {
    case BN_SCORE_ENDING:
        return ONE_OF(metric, "acc", "perplexity");
    case BN_SCORE_EXACT:
        return filter_states(task, metric);
    case BN_SCORE_ROLLING:
        return ONE_OF(metric, "word_perplexity", "byte_perplexity", "bits_per_byte");
    case BN_SCORE_STORY:
        return ONE_OF(metric, "nll_per_token");
    case BN_SCORE_HALVES:
        return ONE_OF(metric, "ppl@llama.cpp", "ppl@lm-eval", "word_perplexity", "byte_perplexity", "bits_per_byte");
    default:
        return choice_states(task, metric);
    }
}
