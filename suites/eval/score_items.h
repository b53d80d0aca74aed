/* score_items.h - scores the questions of a task, several in one pass. */
#ifndef SUITES_EVAL_SCORE_ITEMS_H
#define SUITES_EVAL_SCORE_ITEMS_H
#include "suites/eval/provider.h"
#include "suites/eval/task.h"
#include <time.h>

/* Fills result->items, of which bn_eval_run has set ids, golds and room for n_choices; counts tokens. Items of a group
 * follow each other, the longest first, in blocks of as many as one pass takes; a finished block goes to the journal.
 */
enum bn_status bn_score_items(struct bn_eval_result *result, const struct bn_items *items, const struct bn_task *task,
                              const struct bn_eval_options *options, const struct bn_provider *provider,
                              struct bn_error *err);
void bn_eval_item_release(struct bn_eval_item *item);

/* ---- time ---- */
struct bn_since {
    struct timespec start;
};
struct bn_since bn_since_now(void);
double bn_since_s(const struct bn_since *since);
/* Seconds that the rest takes when it goes on as since then. NAN: nothing is done. */
double bn_left_s(const struct bn_since *since, double done, double total);
#endif
