/* arc.h - the two published forms of a question, shared by ARC and OpenBookQA. AI2: question.stem,
 * question.choices[] = {text, label}, answerKey. Hugging Face hub: question or question_stem, choices = {text[],
 * label[]}, answerKey. */
#ifndef SUITES_EVAL_TASKS_ARC_H
#define SUITES_EVAL_TASKS_ARC_H
#include "suites/eval/task.h"

/* Reads the one of `names` (ended by NULL) that data_dir holds; the context of a question is prefix + stem + suffix. */
enum bn_status bn_arc_read(struct bn_items *items, const struct bn_eval_options *options, const char *const *names,
                           const char *prefix, const char *suffix, struct bn_error *err);
#endif
