/* import.h - imports other programs' result files into the database: one format = one file + one line in
 * formats.list.
 *
 *   enum bn_status bn_import_NAME(struct bn_import *import, json_t *document, struct bn_error *err); // stores one
 * document bool bn_import_NAME_is(const json_t *document);                                                 //
 * recognises its own
 *
 * What is not a sample tells series apart: every other field of a row becomes part of the machine, the build, the
 * model, the workload or the options. A file may hold several documents, one a line; it becomes a run for every build
 * and machine in it. No file that its text names is opened. */
#ifndef BN_IMPORT_H
#define BN_IMPORT_H
#include "harness/store/store.h"
#include <jansson.h>

enum { BN_IMPORT_MAX_RUNS = 4096 };
struct bn_import_run_key {
    int64_t machine_id, build_id, run_id;
};
struct bn_import {
    struct bn_store *store;
    const char *format, *command; /* of every run; command names the bytes of the file */
    const char *model_path;       /* the file that --model names, or NULL */
    struct bn_import_run_key *runs;
    size_t n_runs;
    int64_t run_id; /* the run that rows go to */
    size_t n_rows;  /* scores, items, points, ... stored so far */
};
typedef enum bn_status bn_import_document(struct bn_import *import, json_t *document, struct bn_error *err);
typedef bool bn_import_recognise(const json_t *document);

/* ---- a file (read.c) ---- */
/* All documents of a file or a pipe as a JSON array; a SQL text (llama-bench -o sql) gives one document, the array of
 * its rows. `hash` names the bytes. NaN and Infinity, which JSON does not have, are read as null. */
enum bn_status bn_import_read(const char *path, json_t **documents, char *hash, size_t cap, struct bn_error *err);

/* Adds the documents of a text of n bytes and a NUL to the array `documents`; fields given twice are an error, what
 * Python and C++ write for NaN and infinity becomes null. */
enum bn_status bn_import_json(const char *text, size_t n, json_t *documents, struct bn_error *err);

/* ---- where results come from (origin.c) ---- */
/* Sets import->run_id to a run of this machine and build (0: unknown): the one of this file that there is already when
 * `join` says so, else a new one. `when` in any form of bn_instant_read; NULL: now. */
enum bn_status bn_import_run(struct bn_import *import, int64_t machine_id, int64_t build_id, const char *when,
                             bool join, struct bn_error *err);
/* Finds or adds the fingerprint of the model at `path`. Its folder, name and `more` tell it apart, unless --model names
 * a file of that name: then its bytes do, as in a sweep. */
enum bn_status bn_import_model(struct bn_import *import, const char *path, const struct bn_field *more, size_t n_more,
                               int64_t *model_id, struct bn_error *err);

/* ---- options (options.c): names and values of a row, sorted by name ---- */
struct bn_import_options {
    struct bn_store_option *at;
    size_t n;
    char *text; /* "name=value name=value"; blanks and percent signs as %XX */
    bool failed;
};
/* Adds one; no value (null) is no option. true and 1 are the same value. */
void bn_import_option(struct bn_import_options *options, const char *name, const json_t *value);
/* Sorts, and makes the text. Release in any case. */
enum bn_status bn_import_options_close(struct bn_import_options *options, struct bn_error *err);
void bn_import_options_release(struct bn_import_options *options);

/* ---- reading JSON (read.c) ---- */
double bn_import_number(const json_t *object, const char *key);    /* NAN: not a number */
const char *bn_import_text(const json_t *object, const char *key); /* "": not a text */
/* Nanoseconds of a sample: BN_ERR_FORMAT with a sentence unless value * scale is a number from 1 to 9e18. */
enum bn_status bn_import_ns(const json_t *value, double scale, const char *what, int64_t *ns, struct bn_error *err);
/* The times of an object: every element of its array `all`, or without one its number `average`; in units of scale ns.
 * `what` names both in errors; `note` becomes the reason of a point that has the average alone. The samples of *r are
 * freed by the caller. */
struct bn_import_times {
    const char *all, *average, *what[2], *note; /* what: of all, of average */
    double scale;
};
enum bn_status bn_import_samples(const json_t *object, const struct bn_import_times *times, const char *phase,
                                 int64_t n_tokens, struct bn_point_result *r, struct bn_error *err);
/* "model.gguf" of "/models/model.gguf" */
const char *bn_import_base(const char *path);
#endif
