/* questions.h - our own form of questions, one JSON object a line: {"id": "place/0", "context": ..., "choices": [...],
 * "gold": 2}. The part of the id before the slash is the group. */
#ifndef SUITES_EVAL_TASKS_QUESTIONS_H
#define SUITES_EVAL_TASKS_QUESTIONS_H
#include "suites/eval/task.h"

enum bn_status bn_questions_read(struct bn_items *items, const struct bn_eval_options *options, const char *path,
                                 struct bn_error *err);
#endif
