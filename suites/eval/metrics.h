/* metrics.h - from log-likelihoods to the numbers of a task. */
#ifndef SUITES_EVAL_METRICS_H
#define SUITES_EVAL_METRICS_H
#include "suites/eval/task.h"

/* Unicode code points of a UTF-8 text (a byte that continues none counts as one). */
size_t bn_text_chars(const char *text);
/* Pieces of a split on white-space runs, the empty first and last piece included (lm-eval's word count). */
size_t bn_text_words(const char *text);

/* Index of the largest ll[i] / length[i] (length NULL: of ll[i]); the first wins a tie; a length of 0 counts as -inf.
 */
int bn_argmax(const double *ll, const size_t *length, int n);
/* Share of exp(ll) on the choices labelled true. */
double bn_true_share(const double *ll, const bool *labels, int n);

struct bn_mean {
    double value, error; /* error: sample standard deviation / sqrt(n); NAN when n is 1 */
    size_t n;
};
struct bn_mean bn_mean_of(const double *values, size_t n);
/* Mean weighted by group size with lm-eval's pooled standard error sqrt([sum (n_i - 1) n_i s_i^2 / (N - k)] / N). */
struct bn_mean bn_mean_of_groups(const struct bn_mean *groups, size_t k);

/* States one more metric. */
void bn_metric_add(struct bn_eval_result *result, const char *name, struct bn_mean mean);
/* Fills result->groups from what each item is worth. */
enum bn_status bn_find_groups(struct bn_eval_result *result, const struct bn_items *items, const double *hits,
                              struct bn_error *err);
/* Of a task with preambles, n questions: consistency (the share of pairs of preambles after which the model answers the
 * same), consistent_acc (the share answered right after each), acc (the share of right answers). */
enum bn_status bn_consistency_metrics(struct bn_eval_result *result, const struct bn_task *task,
                                      const struct bn_items *items, struct bn_error *err);
/* Of a task of one ending or answer: acc (each token of the ending is the most likely one) and perplexity (of a whole
 * ending, exp of the mean of -ll; its standard error by the delta method, where lm-eval resamples), or
 * "exact_match,FILTER" of each filter. */
enum bn_status bn_one_metrics(struct bn_eval_result *result, const struct bn_task *task, struct bn_error *err);
/* Fills result->metrics and groups of a task of questions from its items (`items` has the texts of result->items). */
enum bn_status bn_choice_metrics(struct bn_eval_result *result, const struct bn_task *task,
                                 const struct bn_items *items, struct bn_error *err);
#endif
