/* make_items.h - rows of data as the items of a task. */
#ifndef SUITES_EVAL_MAKE_ITEMS_H
#define SUITES_EVAL_MAKE_ITEMS_H
#include "suites/eval/data_files.h"

/* Adds what the rows of the files under `directory` are by the templates of their layout. */
enum bn_status bn_make_items(struct bn_items *items, const struct bn_task *task, const struct bn_data_files *files,
                             const char *directory, struct bn_error *err);
#endif
