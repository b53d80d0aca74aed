/* csv.c - quoted csv, a row a record; a first record that repeats the names of the columns is a header. */
#include "suites/eval/formats/columns.h"
#include "suites/eval/read.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Without blanks around it, and of any case. */
static bool is_named(const char *field, const char *column)
{
    size_t n = strlen(column);
    field += strspn(field, " ");
    return !strncasecmp(field, column, n) && !field[n + strspn(field + n, " ")];
}

/* How many columns the fields name: at their places, and anywhere. */
static uint32_t named(const struct bn_task_layout *l, char *const *fields, bool in_place)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->n_columns; i++)
        for (uint32_t j = 0; j < l->n_columns; j++) n += (!in_place || i == j) && is_named(fields[j], l->columns[i]);
    return n;
}

enum bn_status bn_format_csv(const struct bn_rows *rows, struct bn_error *err)
{
    const struct bn_task_layout *l = rows->layout;
    char *text = NULL, *fields[BN_COLUMNS_MOST];
    size_t n_bytes, line;
    int n = 1;
    enum bn_status status = bn_data_read(&text, &n_bytes, rows->directory, rows->path, err);
    struct bn_csv csv = {text, 1, rows->path};
    for (bool first = true; status == BN_OK; first = false) {
        status = bn_csv_next(&csv, fields, BN_COLUMNS_MOST, &n, &line, err);
        if (status != BN_OK || n == 0) break;
        if (n != (int)l->n_columns)
            status = bn_data_fault(err, csv.path, line, "has %d fields, not %u; quote a field with a comma.", n,
                                   l->n_columns);
        else if (first && named(l, fields, false) == l->n_columns && named(l, fields, true) < l->n_columns)
            status = bn_data_fault(err, csv.path, line, "has the columns in another order than the task.");
        else if (!first || named(l, fields, true) < l->n_columns)
            status = bn_row_give(rows, "Line", line, bn_columns_row(l, fields), err);
    }
    free(text);
    return status;
}
