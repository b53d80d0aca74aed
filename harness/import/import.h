/* import.h - other programs' result files into the database: one format = one file + one line in formats.list. */
#ifndef BN_IMPORT_H
#define BN_IMPORT_H
#include "harness/store/store.h"
#include <jansson.h>

struct bn_import {
    struct bn_store *store;
    int64_t run_id;
    size_t n_rows; /* scores, items, tests, ... stored so far */
};
/* Stores one JSON document of the file under import->run_id; a file may hold several, one a line. */
typedef enum bn_status bn_import_document(struct bn_import *import, json_t *document, struct bn_error *err);

/* Finds or adds the fingerprint of the model that was at `path`, the same that a sweep makes of it. A file that is not
 * there any more is known by its path alone. */
enum bn_status bn_import_model(struct bn_import *import, const char *path, int64_t *model_id, struct bn_error *err);
#endif
