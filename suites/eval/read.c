/* read.c - whole files, JSON lines and quoted csv. */
#include "suites/eval/items.h"
#include "suites/fail.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum bn_status read_stream(FILE *f, char **text, size_t *n_bytes, const char *path, struct bn_error *err)
{
    size_t n = 0, cap = 1 << 16;
    char *buffer = malloc(cap);
    while (buffer) {
        n += fread(buffer + n, 1, cap - 1 - n, f);
        if (n < cap - 1) break;
        char *more = realloc(buffer, cap *= 2);
        if (!more) free(buffer);
        buffer = more;
    }
    if (!buffer) return bn_suites_fail_memory(err);
    if (ferror(f)) {
        free(buffer);
        return bn_suites_fail(err, BN_ERR_IO, "Reading %s failed: %s.", path, strerror(errno));
    }
    buffer[n] = 0;
    *text = buffer;
    *n_bytes = n;
    return BN_OK;
}

enum bn_status bn_file_read(char **text, size_t *n_bytes, const char *directory, const char *path, struct bn_error *err)
{
    char full[4096];
    snprintf(full, sizeof full, "%s%s%s", directory ? directory : "", directory ? "/" : "", path);
    FILE *f = fopen(full, "rb");
    if (!f)
        return bn_suites_fail(err, BN_ERR_IO, "Cannot open %s: %s; %s.", full, strerror(errno),
                              directory ? "--data_dir names the folder that holds the tasks' data" : "check the path");
    enum bn_status status = read_stream(f, text, n_bytes, full, err);
    fclose(f);
    return status;
}

static enum bn_status read_line(const char *path, size_t number, const char *text, size_t n, bn_jsonl_line *line,
                                void *self, struct bn_error *err)
{
    json_error_t why;
    json_t *value = json_loadb(text, n, JSON_ALLOW_NUL, &why);
    if (!value)
        return bn_suites_fail(err, BN_ERR_FORMAT, "Line %zu of %s is not JSON: %s.", number + 1, path, why.text);
    enum bn_status status = line(self, number, value, err);
    json_decref(value);
    return status;
}

enum bn_status bn_jsonl_read(const char *directory, const char *path, bn_jsonl_line *line, void *self,
                             struct bn_error *err)
{
    char *text = NULL;
    size_t n_bytes = 0, number = 0;
    enum bn_status status = bn_file_read(&text, &n_bytes, directory, path, err);
    for (char *p = text, *end; status == BN_OK && p < text + n_bytes; p = end + 1, number++) {
        end = memchr(p, '\n', (size_t)(text + n_bytes - p));
        if (!end) end = text + n_bytes;
        if (strspn(p, " \t\r") < (size_t)(end - p))
            status = read_line(path, number, p, (size_t)(end - p), line, self, err);
    }
    free(text);
    return status;
}

/* One field; *end tells what stopped it. Quotes are taken out in place, a doubled quote is one. */
static char *csv_field(char **text, char *end)
{
    char *p = *text, *out = p, *start = p;
    bool quoted = false;
    for (; *p; p++) {
        if (*p == '"' && quoted && p[1] == '"')
            *out++ = *p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (!quoted && (*p == ',' || *p == '\n'))
            break;
        else
            *out++ = *p;
    }
    *end = *p;
    *text = *p ? p + 1 : p;
    if (*end != ',' && out > start && out[-1] == '\r') out--;
    *out = 0;
    return start;
}

int bn_csv_next(char **text, char **fields, int cap)
{
    int n = 0;
    if (!**text) return 0;
    for (char end = ','; end == ',';) {
        char *field = csv_field(text, &end);
        if (n < cap) fields[n++] = field;
    }
    return n;
}
