/* csv.c - quoted csv, strictly by RFC 4180. */
#include "suites/eval/read.h"
#include <string.h>

/* A quoted field; *p is past its first quote and moves past its last. False: it never ends. */
static bool quoted_field(struct bn_csv *csv, char **p, char **out)
{
    for (; **p; (*p)++) {
        if (**p == '"' && (*p)[1] != '"') return (*p)++, true;
        if (**p == '"') (*p)++;
        csv->line += **p == '\n';
        *(*out)++ = **p;
    }
    return false;
}

/* One field; *end is what stopped it: a comma, a newline or NUL. */
static enum bn_status read_field(struct bn_csv *csv, size_t line, char **field, char *end, struct bn_error *err)
{
    char *p = csv->at, *out = p;
    *field = p;
    if (*p == '"') {
        p++;
        if (!quoted_field(csv, &p, &out))
            return bn_data_fault(err, csv->path, line, "opens a quote that nothing closes.");
        if (*p && *p != ',' && *p != '\n')
            return bn_data_fault(err, csv->path, csv->line, "has text after a quoted field; double the quotes inside.");
    } else {
        p += strcspn(p, ",\n\"");
        if (*p == '"')
            return bn_data_fault(err, csv->path, csv->line, "has a quote inside a field that is not quoted.");
        out = p;
    }
    *end = *p;
    csv->at = *p ? p + 1 : p;
    *out = 0;
    return BN_OK;
}

enum bn_status bn_csv_next(struct bn_csv *csv, char **fields, int cap, int *n, size_t *line, struct bn_error *err)
{
    char *field, end = ',';
    while (*csv->at == '\n') csv->at++, csv->line++;
    *n = 0;
    *line = csv->line;
    if (!*csv->at) return BN_OK;
    while (end == ',') {
        enum bn_status status = read_field(csv, *line, &field, &end, err);
        if (status != BN_OK) return status;
        if (*n < cap) fields[*n] = field;
        (*n)++;
    }
    csv->line += end == '\n';
    return BN_OK;
}
