/* read.c - whole files, JSON and JSON lines. */
#include "suites/eval/read.h"
#include "engine/files.h"
#include "suites/fail.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096, BYTES_LIMIT = 1 << 30 };

enum bn_status bn_data_fault(struct bn_error *err, const char *path, size_t line, const char *format, ...)
{
    char what[256];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return bn_suites_fail(err, BN_ERR_FORMAT, "Line %zu of %.200s %s", line, path, what);
}

static size_t line_of(const char *text, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at; i++) line += text[i] == '\n';
    return line;
}

/* ---- bytes ---- */
static void drop_mark(char *text, size_t *n_bytes) /* the byte-order mark */
{
    if (*n_bytes < 3 || memcmp(text, "\xef\xbb\xbf", 3)) return;
    *n_bytes -= 3;
    memmove(text, text + 3, *n_bytes + 1);
}

/* Faults name the file as `shown`. */
static enum bn_status read_file(char **text, size_t *n_bytes, const char *path, const char *shown, struct bn_error *err)
{
    enum bn_status status = bn_input_read(text, n_bytes, path, BYTES_LIMIT, err);
    if (status != BN_OK) return status;
    drop_mark(*text, n_bytes);
    size_t n = strlen(*text);
    if (n == *n_bytes) return BN_OK;
    status = bn_data_fault(err, shown, line_of(*text, n), "has a NUL byte; a text holds none.");
    free(*text);
    *text = NULL;
    return status;
}

enum bn_status bn_text_read(char **text, size_t *n_bytes, const char *path, struct bn_error *err)
{
    return read_file(text, n_bytes, path, path, err);
}

/* ---- data sets ---- */
static void unix_lines(char *text, size_t *n_bytes)
{
    char *out = text;
    for (char *p = text; *p; p++)
        if (*p != '\r' || p[1] != '\n') *out++ = *p;
    *out = 0;
    *n_bytes = (size_t)(out - text);
}

/* jansson takes only UTF-8 for a string. */
static bool is_utf8(const char *text, size_t n)
{
    json_t *string = json_stringn(text, n);
    json_decref(string);
    return string != NULL;
}

static enum bn_status check_utf8(const char *text, size_t n_bytes, const char *path, struct bn_error *err)
{
    if (is_utf8(text, n_bytes)) return BN_OK;
    size_t line = 1;
    for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n', line++)
        if (!is_utf8(p, strcspn(p, "\n"))) return bn_data_fault(err, path, line, "is not UTF-8; convert the file.");
    return bn_suites_fail_memory(err);
}

static bool join(char full[PATH_BYTES], const char *directory, const char *path)
{
    return snprintf(full, PATH_BYTES, "%s/%s", directory, path) < PATH_BYTES;
}

enum bn_status bn_data_read(char **text, size_t *n_bytes, const char *directory, const char *path, struct bn_error *err)
{
    char full[PATH_BYTES];
    enum bn_status status = join(full, directory, path) ? read_file(text, n_bytes, full, path, err) : BN_ERR_IO;
    if (status == BN_ERR_IO)
        return bn_suites_fail(err, BN_ERR_IO,
                              "Could not open %.300s/%s; --data_dir names the folder that holds the tasks' data.",
                              directory, path);
    if (status != BN_OK) return status;
    unix_lines(*text, n_bytes);
    status = check_utf8(*text, *n_bytes, path, err);
    if (status != BN_OK) free(*text), *text = NULL;
    return status;
}

/* ---- JSON ---- */
static enum bn_status read_line(const char *path, size_t number, const char *text, size_t n, bn_jsonl_line *line,
                                void *self, struct bn_error *err)
{
    json_error_t why;
    json_t *value = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
    if (!value) return bn_data_fault(err, path, number, "is not JSON: %s.", why.text);
    enum bn_status status = line(self, number, value, err);
    json_decref(value);
    return status;
}

enum bn_status bn_jsonl_read(const char *directory, const char *path, bn_jsonl_line *line, void *self,
                             struct bn_error *err)
{
    char *text = NULL;
    size_t n_bytes = 0, number = 1;
    enum bn_status status = bn_data_read(&text, &n_bytes, directory, path, err);
    for (char *p = text, *end; status == BN_OK && p < text + n_bytes; p = end + 1, number++) {
        end = p + strcspn(p, "\n");
        if (strspn(p, " \t\r") < (size_t)(end - p))
            status = read_line(path, number, p, (size_t)(end - p), line, self, err);
    }
    free(text);
    return status;
}

enum bn_status bn_json_read(json_t **value, const char *directory, const char *path, struct bn_error *err)
{
    char *text = NULL;
    size_t n_bytes = 0;
    json_error_t why;
    enum bn_status status = bn_data_read(&text, &n_bytes, directory, path, err);
    if (status != BN_OK) return status;
    *value = json_loadb(text, n_bytes, JSON_REJECT_DUPLICATES, &why);
    free(text);
    return *value ? BN_OK : bn_data_fault(err, path, why.line > 0 ? (size_t)why.line : 1, "is not JSON: %s.", why.text);
}
