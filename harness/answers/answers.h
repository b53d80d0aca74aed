/* answers.h - two files of answers to the same questions, item by item: who was right, who became surer, and what a set
 * of this size can show. A score without its items says little: two models with 60 % each may agree on every item or on
 * few of them. */
#ifndef BN_ANSWERS_ANSWERS_H
#define BN_ANSWERS_ANSWERS_H
#include "harness/stats/sign_test.h"
#include "engine/bitnet.h"

/* ---- files ---- */
struct bn_answer {
    char *task, *id;
    double *ll;  /* [n] log-likelihood of each choice; of an ending n is 1, of a generated answer 0 */
    int n, gold; /* gold -1: no choices, `right` says whether it is right */
    bool right;
    char *text; /* of a generated answer; else NULL */
};
struct bn_answers {
    struct bn_answer *list; /* [n], in order of task and id */
    size_t n, cap;
    size_t n_left_out; /* items that are neither right nor wrong: texts, truthfulqa_mc2 */
    const char *path;
};
/* Reads items of bitnet-eval (--items: an object a task and line) or samples of lm-evaluation-harness (--log_samples:
 * samples_TASK_DATE.jsonl, an object a line). BN_ERR_FORMAT: the line that is neither, an item twice. */
enum bn_status bn_answers_read(struct bn_answers *answers, const char *path, struct bn_error *err);
void bn_answers_release(struct bn_answers *answers);

/* ---- the comparison ---- */
enum { BN_ANSWERS_TASKS = 128 };
struct bn_answers_task {
    const char *name;              /* base's */
    size_t n, lost, won;           /* items; right in base alone; in head alone */
    double right[2];               /* shares, base and head */
    struct bn_interval difference; /* of the shares, 95 % (Bonett and Price 2012) */
    double p, p_holm;              /* McNemar, exact and two-sided; adjusted over the tasks */
    size_t n_ll;           /* items with log-likelihoods; where 0, shift and its interval are NAN and p_shift 1 */
    double shift, p_shift; /* median of ll(head) - ll(base) of the right choice or ending, in nats; sign test */
    struct bn_interval shift_range; /* of that median, 95 % */
    double detectable;              /* least difference of shares that 80 of 100 such sets show at 5 % */
    bool equivalent;                /* the 90 % interval lies within the margin: two one-sided tests at 5 % */
    size_t n_changed;               /* items of which any log-likelihood, the text or the judgement differs */
};
struct bn_answers_result {
    struct bn_answers_task tasks[BN_ANSWERS_TASKS];
    int n_tasks;
    size_t only_base, only_head; /* items of one file alone */
};
/* margin: largest difference of shares that counts as none, 0: not asked. BN_ERR_USAGE: the files have no item in
 * common; BN_ERR_FORMAT: an item has other choices or another right one. */
enum bn_status bn_answers_compare(struct bn_answers_result *result, const struct bn_answers *base,
                                  const struct bn_answers *head, double margin, struct bn_error *err);
/* "worse", "better", "equivalent", "same answers" or "unclear" */
const char *bn_answers_verdict(const struct bn_answers_task *task);
#endif
