/* arc.h - the AI2 form of a question, shared by ARC and OpenBookQA: question.stem, question.choices[] = {text, label},
 * answerKey. */
#ifndef SUITES_EVAL_TASKS_ARC_H
#define SUITES_EVAL_TASKS_ARC_H
#include "suites/eval/task.h"

/* Reads data_dir/path; the context of a question is prefix + stem + suffix. */
enum bn_status bn_arc_read(struct bn_items *items, const struct bn_eval_options *options, const char *path,
                           const char *prefix, const char *suffix, struct bn_error *err);
#endif
