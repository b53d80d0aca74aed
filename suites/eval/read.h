/* read.h - reads the files of data sets: whole texts, JSON, JSON lines, quoted csv. A fault is one sentence with the
 * number of its line; nothing is passed over. */
#ifndef SUITES_EVAL_READ_H
#define SUITES_EVAL_READ_H
#include "engine/bitnet.h"
#include <jansson.h>

/* A whole text with a terminating NUL, without a byte-order mark at its beginning; the caller frees it. A NUL byte
 * inside is BN_ERR_FORMAT. */
enum bn_status bn_text_read(char **text, size_t *n_bytes, const char *path, struct bn_error *err);
/* The same of directory/path, a file of a data set: it must be UTF-8, and its lines end with \n alone (\r\n becomes
 * that). */
enum bn_status bn_data_read(char **text, size_t *n_bytes, const char *directory, const char *path,
                            struct bn_error *err);
/* "Line N of PATH ..." as BN_ERR_FORMAT; lines count from 1. */
enum bn_status bn_data_fault(struct bn_error *err, const char *path, size_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Calls `line` with each line of a JSON-lines file parsed; number counts from 1; stops at the first status but BN_OK.
 */
typedef enum bn_status bn_jsonl_line(void *self, size_t number, json_t *value, struct bn_error *err);
enum bn_status bn_jsonl_read(const char *directory, const char *path, bn_jsonl_line *line, void *self,
                             struct bn_error *err);
/* A file that is one JSON value; the caller releases it. */
enum bn_status bn_json_read(json_t **value, const char *directory, const char *path, struct bn_error *err);

struct bn_csv {
    char *at;         /* the next record in a text of one's own, which is unquoted in place */
    size_t line;      /* where that record begins, from 1 */
    const char *path; /* for the error */
};
/* Takes the next record (it may span lines) by RFC 4180: a quoted field is quoted as a whole, a quote inside is
 * doubled. *n is the number of its fields, of which the first `cap` are stored, and 0 at the end; *line where it began.
 * Blank lines are passed over. */
enum bn_status bn_csv_next(struct bn_csv *csv, char **fields, int cap, int *n, size_t *line, struct bn_error *err);
#endif
