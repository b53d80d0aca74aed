/* text.c - a whole file is one row. */
#include "suites/eval/format.h"
#include "suites/eval/read.h"
#include <stdlib.h>

enum bn_status bn_format_text(const struct bn_rows *rows, struct bn_error *err)
{
    char *text = NULL;
    size_t n_bytes;
    enum bn_status status = bn_data_read(&text, &n_bytes, rows->directory, rows->path, err);
    if (status == BN_OK) status = bn_row_give(rows, "Text", 1, json_pack("{s:s}", "text", text), err);
    free(text);
    return status;
}
