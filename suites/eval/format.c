/* format.c - the table made of format.list, and handing out rows. */
#include "suites/eval/format.h"
#include "suites/fail.h"
#include <stdarg.h>
#include <stdio.h>

const char *const bn_format_names[] = {
#define FORMAT(name, columns, separator) #name,
#include "suites/eval/format.list"
#undef FORMAT
    NULL};
static const struct {
    bn_format_reader *read;
    bool columns, separator;
} formats[] = {
#define FORMAT(name, columns, separator) {bn_format_##name, columns, separator},
#include "suites/eval/format.list"
#undef FORMAT
};

enum bn_status bn_format_read(const struct bn_rows *rows, struct bn_error *err)
{
    return formats[rows->layout->format].read(rows, err);
}

const char *bn_format_check(const struct bn_task_layout *l)
{
    if (formats[l->format].columns != (l->n_columns > 0))
        return "The formats csv and lines, and no others, need columns: the names of the fields of a row.";
    if (formats[l->format].separator != (l->separator != NULL))
        return "The format documents, and no other, needs separator: the line between two documents.";
    return NULL;
}

enum bn_status bn_row_fault(struct bn_error *err, const struct bn_row *row, const char *format, ...)
{
    char what[320];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return bn_suites_fail(err, BN_ERR_FORMAT, "%s %zu of %.200s %s", row->unit, row->number, row->path, what);
}

enum bn_status bn_row_give(const struct bn_rows *rows, const char *unit, size_t number, json_t *value,
                           struct bn_error *err)
{
    const struct bn_row row = {rows->path, unit, number, value};
    if (!value) return bn_suites_fail_memory(err);
    enum bn_status status =
        json_is_object(value) ? rows->take(rows->self, &row, err) : bn_row_fault(err, &row, "is not a JSON object.");
    json_decref(value);
    return status;
}
