/* truthfulqa_mc2.c - TruthfulQA, the share of probability on true answers (validation). */
#include "suites/eval/tasks/truthfulqa.h"

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    return bn_truthfulqa_read(items, options, "mc2_targets", err);
}

const struct bn_task bn_task_truthfulqa_mc2 = {.name = "truthfulqa_mc2",
                                               .version = "3.0",
                                               .purpose = "the share of probability on true answers",
                                               .kind = BN_TASK_MC2,
                                               .metrics = BN_METRIC_ACC,
                                               .read = read};
