/* documents.c - texts, each followed by a line that separates it from the next; a text without that line is cut off
 * and left out. */
#include "suites/eval/format.h"
#include "suites/eval/read.h"
#include "suites/fail.h"
#include <stdlib.h>
#include <string.h>

/* Where the line "\nSEPARATOR" begins; NULL: nowhere. */
static char *find_separator(char *text, const char *separator)
{
    size_t n = strlen(separator);
    char *at = *text ? strchr(text, '\n') : NULL;
    while (at && strncmp(at + 1, separator, n)) at = strchr(at + 1, '\n');
    return at;
}

enum bn_status bn_format_documents(const struct bn_rows *rows, struct bn_error *err)
{
    const char *separator = rows->layout->separator;
    char *text = NULL;
    size_t n_bytes, number = 1;
    enum bn_status status = bn_data_read(&text, &n_bytes, rows->directory, rows->path, err);
    if (text && !strncmp(text, separator, strlen(separator)))
        status = bn_suites_fail(err, BN_ERR_FORMAT, "%s begins with its separator %s; the first text is missing.",
                                rows->path, separator);
    for (char *at = text, *end; status == BN_OK && (end = find_separator(at, separator)); number++) {
        char *next = end + 1 + strlen(separator);
        if (*next && *next != '\n') {
            status = bn_suites_fail(err, BN_ERR_FORMAT, "Text %zu of %s has text after its %s.", number, rows->path,
                                    separator);
            break;
        }
        *end = 0;
        status = bn_row_give(rows, "Text", number, json_pack("{s:s}", "text", at), err);
        at = next + (*next == '\n');
    }
    free(text);
    return status;
}
