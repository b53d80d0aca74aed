/* csv.c - quoted csv, a row a record; a first record that repeats the names of the columns is a header. */
#include "suites/eval/formats/columns.h"
#include "suites/eval/read.h"
#include <stdlib.h>
#include <strings.h>

static bool is_header(const struct bn_task_layout *l, char *const *fields)
{
    for (uint32_t i = 0; i < l->n_columns; i++)
        if (strcasecmp(fields[i], l->columns[i])) return false;
    return true;
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
        else if (!first || !is_header(l, fields))
            status = bn_row_give(rows, "Line", line, bn_columns_row(l, fields), err);
    }
    free(text);
    return status;
}
