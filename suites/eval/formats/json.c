/* json.c - a file that is one JSON array of objects. */
#include "suites/eval/format.h"
#include "suites/eval/read.h"
#include "suites/fail.h"

enum bn_status bn_format_json(const struct bn_rows *rows, struct bn_error *err)
{
    json_t *all = NULL, *value;
    size_t i;
    enum bn_status status = bn_json_read(&all, rows->directory, rows->path, err);
    if (status == BN_OK && !json_is_array(all))
        status = bn_suites_fail(err, BN_ERR_FORMAT, "%s is not a JSON array.", rows->path);
    json_array_foreach(all, i, value) if (status == BN_OK) status =
        bn_row_give(rows, "Item", i + 1, json_incref(value), err);
    json_decref(all);
    return status;
}
