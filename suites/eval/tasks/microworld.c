/* microworld.c - our own task: four-way questions about a generated world, held out from training (datasets/README.md).
 */
#include "suites/eval/tasks/questions.h"

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    return bn_questions_read(items, options, "microworld/microworld_heldout.jsonl", err);
}

const struct bn_task bn_task_microworld = {.name = "microworld",
                                           .version = "1",
                                           .purpose =
                                               "four-way questions about a generated world, held out from training",
                                           .kind = BN_TASK_CHOICE,
                                           .metrics = BN_METRIC_ACC | BN_METRIC_ACC_NORM | BN_METRIC_ACC_BYTES,
                                           .read = read};
