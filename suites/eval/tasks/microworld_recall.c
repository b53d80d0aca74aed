/* microworld_recall.c - our own task: a fact early, the question 100 to 1500 tokens later (datasets/README.md). */
#include "suites/eval/tasks/questions.h"

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    return bn_questions_read(items, options, "microworld/microworld_recall.jsonl", err);
}

const struct bn_task bn_task_microworld_recall = {.name = "microworld_recall",
                                                  .version = "1",
                                                  .purpose = "a fact early, the question 100 to 1500 tokens later",
                                                  .kind = BN_TASK_CHOICE,
                                                  .metrics = BN_METRIC_ACC | BN_METRIC_ACC_NORM | BN_METRIC_ACC_BYTES,
                                                  .read = read};
