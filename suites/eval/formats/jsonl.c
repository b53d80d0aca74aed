/* jsonl.c - a JSON object a line. */
#include "suites/eval/format.h"
#include "suites/eval/read.h"

static enum bn_status take(void *self, size_t line, json_t *value, struct bn_error *err)
{
    return bn_row_give(self, "Line", line, json_incref(value), err);
}

enum bn_status bn_format_jsonl(const struct bn_rows *rows, struct bn_error *err)
{
    struct bn_rows own = *rows;
    return bn_jsonl_read(rows->directory, rows->path, take, &own, err);
}
