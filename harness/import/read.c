/* read.c - a result file as JSON documents: JSON, one document a line, or a SQL text. The file is read once, from
 * beginning to end, so that a pipe will do. */
#include "harness/core/error.h"
#include "harness/import/import.h"
#include "harness/machine/content_hash.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 256 << 20, MAX_SQL_BYTES = 64 << 20 };

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

enum bn_status bn_import_ns(const json_t *value, double scale, const char *what, int64_t *ns, struct bn_error *err)
{
    double x = json_is_number(value) ? json_number_value(value) * scale : (double)NAN;
    if (!(x >= 0.5 && x <= 9e18))
        return !value || !json_is_number(value)
                   ? bn_harness_fail(err, BN_ERR_FORMAT, "%s must be a time from 1 ns to 9e18 ns; it is %s.", what,
                                     value ? "not a number" : "missing")
                   : bn_harness_fail(err, BN_ERR_FORMAT, "%s must be a time from 1 ns to 9e18 ns; it is %.3g ns.", what,
                                     x);
    *ns = (int64_t)(x + 0.5);
    return BN_OK;
}

enum bn_status bn_import_samples(const json_t *object, const struct bn_import_times *times, const char *phase,
                                 int64_t n_tokens, struct bn_point_result *r, struct bn_error *err)
{
    const json_t *all = json_object_get(object, times->all), *one = json_object_get(object, times->average);
    bool average = !json_array_size(all);
    size_t n = average ? 1 : json_array_size(all);
    struct bn_sample *samples = calloc(n, sizeof *samples);
    r->samples = samples;
    r->n_samples = n;
    if (average) r->reason = times->note;
    if (!samples) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for %zu samples.", n);
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < n; i++) {
        samples[i] = (struct bn_sample){phase, (int64_t)i, 0, 0, n_tokens};
        status = bn_import_ns(average ? one : json_array_get(all, i), times->scale, times->what[average],
                              &samples[i].ns, err);
    }
    return status;
}

static json_t *value_of(const struct bn_foreign_cell *cell)
{
    switch (cell->type) {
    case BN_FOREIGN_INTEGER:
        return json_integer(cell->integer);
    case BN_FOREIGN_REAL:
        return json_real(cell->real);
    case BN_FOREIGN_TEXT:
        return json_string(cell->text);
    default:
        return json_null();
    }
}

static enum bn_status add_row(void *rows, int n, const struct bn_foreign_cell *cells, struct bn_error *err)
{
    json_t *row = json_object();
    for (int i = 0; i < n; i++)
        if (json_object_set_new(row, cells[i].name, value_of(&cells[i]))) {
            json_decref(row);
            return bn_harness_fail(err, BN_ERR_FORMAT, "column %d of a row is not UTF-8 text or a finite number",
                                   i + 1);
        }
    return json_array_append_new(rows, row) ? bn_harness_fail(err, BN_ERR_MEMORY, "out of memory") : BN_OK;
}

static enum bn_status read_sql(const char *text, size_t n, json_t *documents, struct bn_error *err)
{
    json_t *rows = json_array();
    enum bn_status status = BN_OK;
    if (n > MAX_SQL_BYTES)
        status = bn_harness_fail(err, BN_ERR_FORMAT, "the text is larger than 64 MiB");
    else if (strlen(text) != n)
        status = bn_harness_fail(err, BN_ERR_FORMAT, "the text has a NUL byte");
    else
        status = bn_store_foreign_rows(text, add_row, rows, err);
    json_array_append_new(documents, rows);
    return status;
}

/* Python writes NaN, Infinity and -Infinity, C++ nan, -nan, inf and -inf (llama-bench's stddev_ts), its Windows form
 * -nan(ind); outside of strings they become null. `to` has room for 4 bytes for 3. */
static size_t without_nan(const char *from, char *to)
{
    static const char *const words[] = {"NaN",  "-Infinity", "Infinity", "-nan(ind)", "nan(ind)",
                                        "-nan", "nan",       "-inf",     "inf"};
    enum { N_WORDS = sizeof words / sizeof *words };
    char *start = to;
    bool quoted = false;
    while (*from) {
        size_t length = 0;
        for (int i = 0; !quoted && !length && i < N_WORDS; i++)
            if (!strncmp(from, words[i], strlen(words[i]))) length = strlen(words[i]);
        if (length) {
            to = mempcpy(to, "null", 4), from += length;
            continue;
        }
        if (*from == '"') quoted = !quoted;
        if (quoted && *from == '\\' && from[1]) *to++ = *from++;
        *to++ = *from++;
    }
    *to = 0;
    return (size_t)(to - start);
}

static enum bn_status read_documents(const char *text, size_t n, json_t *documents, struct bn_error *err)
{
    json_error_t why;
    for (size_t at = strspn(text, " \t\r\n"); at < n; at += strspn(text + at, " \t\r\n")) {
        json_t *document = json_loadb(text + at, n - at, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &why);
        if (!document) return bn_harness_fail(err, BN_ERR_FORMAT, "it is not JSON: %s", why.text);
        json_array_append_new(documents, document);
        at += (size_t)why.position;
    }
    return json_array_size(documents) ? BN_OK : bn_harness_fail(err, BN_ERR_FORMAT, "it is empty");
}

enum bn_status bn_import_json(const char *text, size_t n, json_t *documents, struct bn_error *err)
{
    char *clean = strlen(text) == n ? malloc(n + n / 3 + 2) : NULL;
    if (strlen(text) != n) return bn_harness_fail(err, BN_ERR_FORMAT, "it is not JSON: it has a NUL byte");
    if (!clean) return bn_harness_fail(err, BN_ERR_MEMORY, "out of memory");
    enum bn_status status = read_documents(clean, without_nan(text, clean), documents, err);
    free(clean);
    return status;
}

/* The whole file and a NUL after it. */
static enum bn_status read_bytes(FILE *f, char **text, size_t *n, struct bn_error *err)
{
    *n = 0;
    *text = NULL;
    for (size_t cap = 65536; !ferror(f) && !feof(f); cap *= 2) {
        if (cap > 2 * (size_t)MAX_BYTES)
            return bn_harness_fail(err, BN_ERR_FORMAT, "it is larger than %d MiB", MAX_BYTES >> 20);
        char *more = realloc(*text, cap + 1);
        if (!more) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate %zu bytes for it", cap);
        *text = more;
        *n += fread(*text + *n, 1, cap - *n, f);
        (*text)[*n] = 0;
    }
    return ferror(f) ? bn_harness_fail(err, BN_ERR_IO, "%s", strerror(errno)) : BN_OK;
}

static void name_bytes(const char *text, size_t n, char *name, size_t cap)
{
    char hash_text[BN_CONTENT_HASH_CHARS];
    struct bn_content_hash hash;
    bn_content_hash_init(&hash);
    bn_content_hash_add(&hash, text, n);
    bn_content_hash_text(&hash, hash_text);
    snprintf(name, cap, "%s", hash_text);
}

/* SQL begins with a word (CREATE, INSERT) or a comment; llama-bench's CSV and table do not say all that it measured. */
static enum bn_status parse(const char *text, size_t n, json_t *documents, struct bn_error *err)
{
    size_t mark = strncmp(text, "\xef\xbb\xbf", 3) ? 0 : 3, space = strspn(text + mark, " \t\r\n");
    if (!strncmp(text + mark + space, "build_commit,", 13) || text[mark + space] == '|')
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "it is a table for people or spreadsheets; run llama-bench with -o json");
    char first = text[mark + space];
    bool sql = first && strchr("CcIiBb-", first);
    return (sql ? read_sql : bn_import_json)(text + mark, n - mark, documents, err);
}

enum bn_status bn_import_read(const char *path, json_t **documents, char *hash, size_t cap, struct bn_error *err)
{
    struct bn_error why = {0};
    char *text;
    size_t n;
    FILE *f = fopen(path, "r");
    if (!f) return bn_harness_fail(err, BN_ERR_IO, "Cannot open %s: %s.", path, strerror(errno));
    *documents = json_array();
    enum bn_status status = read_bytes(f, &text, &n, &why);
    fclose(f);
    if (!status) name_bytes(text, n, hash, cap);
    if (!status) status = parse(text, n, *documents, &why);
    free(text);
    if (!status) return BN_OK;
    json_decref(*documents);
    return bn_harness_fail(err, status, "%s cannot be imported: %s.", path, why.text);
}
