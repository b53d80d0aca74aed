/* truthfulqa.h - reads the questions of both TruthfulQA tasks. */
#ifndef SUITES_EVAL_TASKS_TRUTHFULQA_H
#define SUITES_EVAL_TASKS_TRUTHFULQA_H
#include "suites/eval/task.h"

/* `targets` is the field to take the answers from: "mc1_targets" or "mc2_targets". Every answer gets its label; gold is
 * the only true answer of mc1, and -1 for mc2. */
enum bn_status bn_truthfulqa_read(struct bn_items *items, const struct bn_eval_options *options, const char *targets,
                                  struct bn_error *err);
#endif
