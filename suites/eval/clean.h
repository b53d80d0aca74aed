/* clean.h - what a task does to its texts before they are scored, as lm-evaluation-harness does it. One step = one file
 * in clean/ + one line in clean.list; a task names it (clean: NAME). */
#ifndef SUITES_EVAL_CLEAN_H
#define SUITES_EVAL_CLEAN_H

/* Takes a text that was allocated, frees it and returns the clean one; NULL when memory is short. */
typedef char *bn_clean(char *text);
extern const char *const bn_clean_names[]; /* "none", ..., NULL */
char *bn_clean_text(int clean, char *text);

#define CLEAN(name) bn_clean bn_clean_##name;
#include "suites/eval/clean.list"
#undef CLEAN
#endif
