/* openbookqa.c - OpenBookQA, science facts applied (test split); the context is the stem alone. */
#include "suites/eval/tasks/arc.h"

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    static const char *const names[] = {"openbookqa/test.jsonl", NULL};
    return bn_arc_read(items, options, names, "", "", err);
}

const struct bn_task bn_task_openbookqa = {.name = "openbookqa",
                                           .version = "1.0",
                                           .purpose = "science facts applied to small situations",
                                           .kind = BN_TASK_CHOICE,
                                           .metrics = BN_METRIC_ACC | BN_METRIC_ACC_NORM | BN_METRIC_ACC_BYTES,
                                           .read = read};
