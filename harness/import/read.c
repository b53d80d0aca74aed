/* read.c - a result file as JSON documents: JSON, one document a line, or a SQL text. */
#include "harness/import/import.h"
#include "harness/error.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SQL_BYTES = 64 << 20 };

double bn_import_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

const char *bn_import_text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

/* SQL says '8' where JSON says 8. */
static json_t *value_of(const char *text)
{
    char *end;
    if (!text) return json_null();
    long long whole = strtoll(text, &end, 10);
    if (*text && !*end) return json_integer(whole);
    bool decimal = text[strspn(text, "+-.0123456789eE")] == 0; /* 0x0 is a CPU mask and stays a text */
    double x = strtod(text, &end);
    return decimal && *text && !*end && isfinite(x) ? json_real(x) : json_string(text);
}

static enum bn_status add_row(void *rows, int n, const char *const *names, const char *const *values)
{
    json_t *row = json_object();
    for (int i = 0; row && i < n; i++) json_object_set_new(row, names[i], value_of(values[i]));
    return row && !json_array_append_new(rows, row) ? BN_OK : BN_ERR_MEMORY;
}

static enum bn_status read_sql(FILE *f, json_t *documents, struct bn_error *err)
{
    char *text = malloc(MAX_SQL_BYTES + 1);
    size_t n = text ? fread(text, 1, MAX_SQL_BYTES + 1, f) : 0;
    json_t *rows = json_array();
    enum bn_status status = BN_OK;
    if (!text || n > MAX_SQL_BYTES)
        status = bn_harness_fail(err, BN_ERR_FORMAT, "the text is larger than 64 MiB");
    else
        text[n] = 0, status = bn_store_foreign_rows(text, add_row, rows, err);
    free(text);
    json_array_append_new(documents, rows);
    return status;
}

static enum bn_status read_json(FILE *f, json_t *documents, struct bn_error *err)
{
    json_error_t why;
    for (int c; (c = fgetc(f)) != EOF;) {
        if (strchr(" \t\r\n", c)) continue;
        ungetc(c, f);
        json_t *document = json_loadf(f, JSON_DISABLE_EOF_CHECK, &why);
        if (!document) return bn_harness_fail(err, BN_ERR_FORMAT, "it is not JSON: %s", why.text);
        json_array_append_new(documents, document);
    }
    return json_array_size(documents) ? BN_OK : bn_harness_fail(err, BN_ERR_FORMAT, "it is empty");
}

/* SQL begins with a word (CREATE, INSERT) or a comment. */
static bool looks_like_sql(FILE *f)
{
    int c;
    while ((c = fgetc(f)) != EOF && strchr(" \t\r\n", c)) {
    }
    rewind(f);
    return c == 'C' || c == 'c' || c == 'I' || c == 'i' || c == '-';
}

enum bn_status bn_import_read(const char *path, json_t **documents, struct bn_error *err)
{
    struct bn_error why = {0};
    FILE *f = fopen(path, "r");
    if (!f) return bn_harness_fail(err, BN_ERR_IO, "Cannot open %s: %s.", path, strerror(errno));
    *documents = json_array();
    enum bn_status status = looks_like_sql(f) ? read_sql(f, *documents, &why) : read_json(f, *documents, &why);
    fclose(f);
    if (!status) return BN_OK;
    json_decref(*documents);
    return bn_harness_fail(err, status, "%s cannot be imported: %s.", path, why.text);
}
