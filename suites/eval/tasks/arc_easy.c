/* arc_easy.c - ARC-Easy, grade-school science questions (test split). */
#include "suites/eval/tasks/arc.h"

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    static const char *const names[] = {"arc-easy/ARC-Easy-Test.jsonl", "arc-easy/test.jsonl", NULL};
    return bn_arc_read(items, options, names, "Question: ", "\nAnswer:", err);
}

const struct bn_task bn_task_arc_easy = {.name = "arc_easy",
                                         .version = "1.0",
                                         .purpose = "grade-school science questions",
                                         .kind = BN_TASK_CHOICE,
                                         .metrics = BN_METRIC_ACC | BN_METRIC_ACC_NORM | BN_METRIC_ACC_BYTES,
                                         .read = read};
