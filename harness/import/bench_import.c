/* bench_import.c - bitnet-bench import: result files of other programs become runs of the database. */
#include "harness/import/import.h"
#include "engine/cmdline.h"
#include "harness/error.h"
#include "harness/machine/content_hash.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

static const char *db_path = "out/bench.db", *format_name = "auto";
static const struct bn_cmd_option options[] = {
    {"db", "FILE", BN_CMD_STRING, &db_path, "results database (default out/bench.db)", 0, 0},
    {"format", "NAME", BN_CMD_STRING, &format_name,
     "auto (what the file looks like), bitnet-eval, llama-bench (json, jsonl, sql), google-benchmark, lm-eval", 0, 0},
    {0}};
static const struct bn_cmd cmd = {"bitnet-bench import", "result files of other programs become runs of the database",
                                  "FILE... [--format NAME] [--db FILE]", options,
                                  "A file that was imported before changes nothing."};

enum bn_status bn_import_model(struct bn_import *import, const char *path, int64_t *model_id, struct bn_error *err)
{
    /* An imported file names any path, and none of them is opened: what is there now need not be what was measured. */
    const char *slash = strrchr(path, '/'), *file = slash && slash[1] ? slash + 1 : path;
    const char *unread = "an import does not read the model";
    const struct bn_field fields[] = {
        {"content_hash", NULL, unread, true}, {"file_bytes", NULL, unread, true}, {"file", file, NULL, true}};
    return bn_store_fingerprint(import->store, "model", file, NULL, fields, 3, model_id, err);
}

/* A file is known by its bytes; *known says that a run was made of it before. */
static enum bn_status begin(struct bn_import *import, const char *path, const struct format *format, bool *known,
                            struct bn_error *err)
{
    char hash[BN_CONTENT_HASH_CHARS], command[128], host[256] = "";
    struct bn_query *query;
    bool resumed;
    enum bn_status status = bn_content_hash_file(path, hash, NULL, err);
    if (status) return status;
    snprintf(command, sizeof command, "bitnet-bench import --format %s %s", format->name, hash);
    status = bn_query_open(&query, import->store, err,
                           "SELECT run_id FROM v_runs WHERE command = ? AND finished_at IS NOT NULL", "s", command);
    if (status) return status;
    *known = bn_query_next(query);
    status = bn_query_end(query, BN_OK, err);
    if (status || *known) return status;
    gethostname(host, sizeof host - 1);
    struct bn_store_run run = {.identity = command,
                               .source = format->name,
                               .plan = "import",
                               .plan_text = "",
                               .command = command,
                               .host = host};
    return bn_store_run_begin(import->store, &run, &import->run_id, &resumed, err);
}

static enum bn_status store_documents(struct bn_import *import, json_t *documents, const struct format *format,
                                      struct bn_error *err)
{
    size_t i;
    json_t *document;
    enum bn_status status = BN_OK;
    json_array_foreach(documents, i, document)
    {
        if (!status) status = format->document(import, document, err);
    }
    return status;
}

/* The format that was named, or the first that knows the document; the first of all when none does (it says what is
 * missing). */
static const struct format *choose(const struct format *named, const json_t *documents)
{
    for (const struct format *f = formats; !named && f->name; f++)
        if (f->is(json_array_get(documents, 0))) return f;
    return named ? named : formats;
}

static enum bn_status import_file(struct bn_import *import, const char *path, const struct format *named, bool *known,
                                  struct bn_error *err)
{
    int64_t open;
    json_t *documents;
    enum bn_status status = bn_import_read(path, &documents, err);
    if (status) return status;
    const struct format *format = choose(named, documents);
    status = bn_store_begin(import->store, err);
    if (!status) status = begin(import, path, format, known, err);
    if (!status && !*known) status = store_documents(import, documents, format, err);
    if (!status && !*known) status = bn_store_run_end(import->store, import->run_id, &open, err);
    if (!status) status = bn_store_commit(import->store, err);
    if (status) bn_store_rollback(import->store);
    json_decref(documents);
    return status;
}

/* NULL for auto. */
static const struct format *named_format(void)
{
    if (!strcmp(format_name, "auto")) return NULL;
    for (const struct format *f = formats; f->name; f++)
        if (!strcmp(f->name, format_name)) return f;
    bn_cmd_fail(&cmd, 2, "There is no format \"%s\"; bitnet-bench import --help names them.", format_name);
}

int bn_bench_import(int argc, char **argv)
{
    int n = bn_cmd_parse(&cmd, argc, argv);
    struct bn_import import = {0};
    struct bn_error err = {0};
    const struct format *format = named_format();
    if (!n) bn_cmd_fail(&cmd, 2, "Name the files to import.");
    if (bn_store_open(&import.store, db_path, BN_STORE_WRITE, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    for (int i = 1; i <= n; i++) {
        bool known = false;
        import.n_rows = 0;
        if (import_file(&import, argv[i], format, &known, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
        printf("%s: %s%zu rows\n", argv[i], known ? "imported before, " : "", import.n_rows);
    }
    bn_store_close(import.store);
    return 0;
}
