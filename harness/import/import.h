/* import.h - other programs' result files into the database: one format = one file + one line in formats.list.
 *
 *   enum bn_status bn_import_NAME(struct bn_import *import, json_t *document, struct bn_error *err);  // stores one
 * document bool bn_import_NAME_is(const json_t *document);                                                   //
 * recognises its own
 *
 * A file is a run; a file may hold several JSON documents, one a line. */
#ifndef BN_IMPORT_H
#define BN_IMPORT_H
#include "harness/store/store.h"
#include <jansson.h>

struct bn_import {
    struct bn_store *store;
    int64_t run_id;
    size_t n_rows; /* scores, items, points, ... stored so far */
};
typedef enum bn_status bn_import_document(struct bn_import *import, json_t *document, struct bn_error *err);
typedef bool bn_import_recognise(const json_t *document);

/* All documents of a file as a JSON array; a SQL text (llama-bench -o sql) gives one document, the array of its rows.
 */
enum bn_status bn_import_read(const char *path, json_t **documents, struct bn_error *err);

/* Finds or adds the fingerprint of the model that was at `path`, the same that a sweep makes of it. A file that is not
 * there any more is known by its path alone. */
enum bn_status bn_import_model(struct bn_import *import, const char *path, int64_t *model_id, struct bn_error *err);

/* ---- reading JSON ---- */
double bn_import_number(const json_t *object, const char *key);    /* NAN: not a number */
const char *bn_import_text(const json_t *object, const char *key); /* "": not a text */
#endif
