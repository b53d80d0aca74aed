/* lines.c - as many lines a row as there are columns, each of them a field. A blank line would make fields of the
 * next ones: it is refused. */
#include "suites/eval/formats/columns.h"
#include "suites/eval/read.h"
#include <stdlib.h>
#include <string.h>

static enum bn_status read_row(const struct bn_rows *rows, char **text, size_t *line, struct bn_error *err)
{
    char *fields[BN_COLUMNS_MOST];
    size_t first = *line;
    for (uint32_t i = 0; i < rows->layout->n_columns; i++, (*line)++) {
        if (!**text)
            return bn_data_fault(err, rows->path, *line, "is missing: the file ends inside a row, before its %s.",
                                 rows->layout->columns[i]);
        fields[i] = *text;
        if (fields[i][strspn(fields[i], " \t")] == '\n')
            return bn_data_fault(err, rows->path, *line, "is blank where a row has its %s; delete it.",
                                 rows->layout->columns[i]);
        *text += strcspn(*text, "\n");
        if (**text) *(*text)++ = 0;
    }
    return bn_row_give(rows, "Line", first, bn_columns_row(rows->layout, fields), err);
}

enum bn_status bn_format_lines(const struct bn_rows *rows, struct bn_error *err)
{
    char *text = NULL;
    size_t n_bytes, line = 1;
    enum bn_status status = bn_data_read(&text, &n_bytes, rows->directory, rows->path, err);
    for (char *p = text; status == BN_OK && p[strspn(p, " \t\n")];) status = read_row(rows, &p, &line, err);
    free(text);
    return status;
}
