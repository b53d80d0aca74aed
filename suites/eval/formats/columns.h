/* columns.h - a row of named fields: what csv and lines share. */
#ifndef SUITES_EVAL_FORMATS_COLUMNS_H
#define SUITES_EVAL_FORMATS_COLUMNS_H
#include "suites/eval/format.h"

/* {columns[0]: fields[0], ...}; NULL when memory is short. */
static inline json_t *bn_columns_row(const struct bn_task_layout *l, char *const *fields)
{
    json_t *row = json_object();
    for (uint32_t i = 0; row && i < l->n_columns; i++)
        if (json_object_set_new(row, l->columns[i], json_string(fields[i]))) json_decref(row), row = NULL;
    return row;
}
#endif
