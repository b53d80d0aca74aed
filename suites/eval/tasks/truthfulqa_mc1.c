/* truthfulqa_mc1.c - TruthfulQA, one true answer among false ones (validation). */
#include "suites/eval/tasks/truthfulqa.h"

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    return bn_truthfulqa_read(items, options, "mc1_targets", err);
}

const struct bn_task bn_task_truthfulqa_mc1 = {.name = "truthfulqa_mc1",
                                               .version = "2.0",
                                               .purpose = "one true answer among false ones",
                                               .kind = BN_TASK_CHOICE,
                                               .metrics = BN_METRIC_ACC,
                                               .read = read};
