/* answer.h - what of a generated text is the answer, and whether it is the right one, as lm-evaluation-harness decides
 * (commit 4e7e0d47f, filters/extraction.py and the metric exact_match). */
#ifndef SUITES_EVAL_ANSWER_H
#define SUITES_EVAL_ANSWER_H
#include "suites/eval/task.h"

/* The answer that `filter` finds in a text: its match, or the match's first group that is not empty, without white
 * space around it; "[invalid]" where nothing matches. Without a pattern: the whole text. The caller frees *answer. */
enum bn_status bn_answer_extract(char **answer, const struct bn_task_filter *filter, const char *text,
                                 struct bn_error *err);
/* Whether answer and target are equal when what matches the task's `ignore` is deleted from both, and case and
 * punctuation count as the task says. */
enum bn_status bn_answer_is(bool *is, const struct bn_task *task, const char *answer, const char *target,
                            struct bn_error *err);
/* BN_ERR_FORMAT: a pattern that cannot be used; the sentence has it and what is wrong. */
enum bn_status bn_answer_check(const char *pattern, struct bn_error *err);
#endif
