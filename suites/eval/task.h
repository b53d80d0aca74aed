/* task.h - what a task is: a name, a way to read its items, a way to score them and the metrics it states. One task =
 * one file in tasks/ + one line in tasks.list. The scoring rules are lm-evaluation-harness's, written out in score.h.
 */
#ifndef SUITES_EVAL_TASK_H
#define SUITES_EVAL_TASK_H
#include "suites/eval/items.h"
#include "suites/suite.h"

enum bn_task_kind {
    BN_TASK_CHOICE,  /* one right answer: argmax over the choices */
    BN_TASK_MC2,     /* several right answers: their share of the probability */
    BN_TASK_ROLLING, /* a text, every token predicted once, windows of the whole context (lm-eval) */
    BN_TASK_STORY,   /* a text, BOS in front, cut at the context */
    BN_TASK_HALVES,  /* a text, the second half of each window (llama.cpp) */
};
enum bn_task_metrics { BN_METRIC_ACC = 1, BN_METRIC_ACC_NORM = 2, BN_METRIC_ACC_BYTES = 4 };

struct bn_task {
    const char *name, *version, *purpose;
    enum bn_task_kind kind;
    unsigned metrics; /* of a choice task; acc_bytes is an addition of ours where acc_norm is stated */
    bool grouped;     /* the score is the groups' weighted mean with the pooled standard error */
    /* Reads the items. Data files are looked for under options->data_dir. */
    enum bn_status (*read)(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err);
};
/* NULL when there is no such task. */
const struct bn_task *bn_task_find(const char *name);
#endif
