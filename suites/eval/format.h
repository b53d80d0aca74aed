/* format.h - the forms that data come in: each reads a file into rows, JSON objects whose members are the variables of
 * a task's templates. One form = one file in formats/ + one line in format.list; a layout names it (format: NAME). */
#ifndef SUITES_EVAL_FORMAT_H
#define SUITES_EVAL_FORMAT_H
#include "suites/eval/task.h"
#include <jansson.h>

enum { BN_COLUMNS_MOST = 64 };

struct bn_row {
    const char *path, *unit; /* "Line", "Item", "Page" or "Text": what `number`, from 1, counts in the file */
    size_t number;
    json_t *value; /* an object; lent */
};
/* Takes a row; a status but BN_OK ends the reading. */
typedef enum bn_status bn_row_take(void *self, const struct bn_row *row, struct bn_error *err);
/* "UNIT N of PATH ..." as BN_ERR_FORMAT. */
enum bn_status bn_row_fault(struct bn_error *err, const struct bn_row *row, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct bn_rows {
    const struct bn_task_layout *layout;
    const char *directory, *path; /* the file is directory/path */
    bn_row_take *take;
    void *self;
};
/* Takes a reference to `value`. */
enum bn_status bn_row_give(const struct bn_rows *rows, const char *unit, size_t number, json_t *value,
                           struct bn_error *err);

typedef enum bn_status bn_format_reader(const struct bn_rows *rows, struct bn_error *err);
extern const char *const bn_format_names[]; /* ended by NULL */
bn_format_reader bn_format_read;
#define FORMAT(name, columns, separator) bn_format_reader bn_format_##name;
#include "suites/eval/format.list"
#undef FORMAT
/* A sentence when the layout has a field that its format does not use, or lacks one; else NULL. */
const char *bn_format_check(const struct bn_task_layout *layout);
#endif
