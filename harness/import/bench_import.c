/* bench_import.c - bitnet-bench import: result files of other programs become runs of the database. */
#include "harness/import/import.h"
#include "engine/cmdline.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int bn_bench_import(int argc, char **argv);

#define FORMAT(function, name, purpose)                                                                                \
    bn_import_document bn_import_##function;                                                                           \
    bn_import_recognise bn_import_##function##_is;
#include "harness/import/formats.list"
#undef FORMAT
static const struct format {
    const char *name, *purpose;
    bn_import_document *document;
    bn_import_recognise *is;
} formats[] = {
#define FORMAT(function, name, purpose) {name, purpose, bn_import_##function, bn_import_##function##_is},
#include "harness/import/formats.list"
#undef FORMAT
    {0}};

static const char *const names[] = {"auto",
#define FORMAT(function, name, purpose) name,
#include "harness/import/formats.list"
#undef FORMAT
                                    NULL};

static const char *db_path = "out/bench.db", *format_name = "auto", *model_path;
static const struct bn_cmd_option options[] = {
    {"db", "FILE", BN_CMD_STRING, &db_path, "results database (default out/bench.db)", 0, 0},
    {"format", "NAME", BN_CMD_STRING, &format_name,
     "auto (judged by content), bitnet-eval, llama-bench (json, jsonl, sql), google-benchmark, lm-eval, "
     "hyperfine, arches",
     .values = names},
    {"model", "FILE", BN_CMD_STRING, &model_path,
     "the model file that the results are of: known by its bytes then, as in a sweep", 0, 0},
    {0}};
static const struct bn_cmd cmd = {"bitnet-bench import",
                                  "result files of other programs become runs of the database",
                                  "FILE... [--format NAME] [--db FILE]",
                                  options,
                                  "Importing a file again changes nothing. Each build and machine in a file becomes a "
                                  "run; /dev/stdin reads a pipe.\n",
                                  "0 ok, 1 a file cannot be imported or has no results, 2 usage"};

/* A file is identified by its bytes; *known says that it was imported before. */
static enum bn_status was_imported(struct bn_import *import, bool *known, struct bn_error *err)
{
    struct bn_query *query;
    enum bn_status status =
        bn_query_open(&query, import->store, err,
                      "SELECT run_id FROM v_runs WHERE command = ? AND finished_at IS NOT NULL", "s", import->command);
    if (status) return status;
    *known = bn_query_next(query);
    return bn_query_end(query, BN_OK, err);
}

static enum bn_status store_documents(struct bn_import *import, json_t *documents, const struct format *format,
                                      struct bn_error *err)
{
    size_t i;
    int64_t open;
    json_t *document;
    enum bn_status status = BN_OK;
    json_array_foreach(documents, i, document)
    {
        if (!status) status = format->document(import, document, err);
    }
    for (i = 0; !status && i < import->n_runs; i++)
        status = bn_store_run_end(import->store, import->runs[i].run_id, &open, err);
    return status || import->n_rows ? status : bn_harness_fail(err, BN_ERR_FORMAT, "It holds no results.");
}

static const struct format *recognise(const json_t *documents)
{
    for (const struct format *f = formats; f->name; f++)
        if (f->is(json_array_get(documents, 0))) return f;
    return NULL;
}

static enum bn_status store_file(struct bn_import *import, json_t *documents, const struct format *format, bool *known,
                                 struct bn_error *err)
{
    enum bn_status status = bn_store_begin(import->store, err);
    if (!status) status = was_imported(import, known, err);
    if (!status && !*known) status = store_documents(import, documents, format, err);
    if (!status) status = bn_store_commit(import->store, err);
    if (status) bn_store_rollback(import->store);
    return status;
}

/* *store is opened with the first file that could be read: what cannot be imported leaves no empty database. */
static enum bn_status import_file(struct bn_store **store, struct bn_import *import, const char *path,
                                  const struct format *format, bool *known, struct bn_error *err)
{
    char hash[64], command[128];
    json_t *documents;
    struct bn_error why = {0};
    enum bn_status status = bn_import_read(path, &documents, hash, sizeof hash, err);
    if (status) return status;
    if (!format && !(format = recognise(documents))) {
        json_decref(documents);
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "%s is in none of the formats that import reads: bitnet-eval, llama-bench, "
                               "google-benchmark, lm-eval, hyperfine, arches.",
                               path);
    }
    snprintf(command, sizeof command, "bitnet-bench import --format %s %s", format->name, hash);
    if (!*store && (status = bn_store_open(store, db_path, BN_STORE_WRITE, err))) {
        json_decref(documents);
        return status;
    }
    import->store = *store, import->format = format->name, import->command = command;
    status = store_file(import, documents, format, known, &why);
    json_decref(documents);
    return status ? bn_harness_fail(err, status, "%s cannot be imported: %s", path, why.text) : BN_OK;
}

/* NULL for auto. */
static const struct format *named_format(void)
{
    for (const struct format *f = formats; f->name; f++)
        if (!strcmp(f->name, format_name)) return f;
    return NULL;
}

int bn_bench_import(int argc, char **argv)
{
    int n = bn_cmd_parse(&cmd, argc, argv);
    struct bn_store *store = NULL;
    struct bn_error err = {0};
    const struct format *format = named_format();
    if (!n) bn_cmd_fail(&cmd, 2, "Name the files to import.");
    for (int i = 1; i <= n; i++) {
        bool known = false;
        struct bn_import import = {.model_path = model_path};
        if (import_file(&store, &import, argv[i], format, &known, &err)) {
            bn_store_close(store);
            bn_cmd_fail(&cmd, 1, "%s", err.text);
        }
        printf("%s: %s%zu rows\n", BN_PRINTABLE(argv[i]), known ? "imported before, " : "", import.n_rows);
        free(import.runs);
    }
    bn_store_close(store);
    return 0;
}
