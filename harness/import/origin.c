/* origin.c - the runs of a file, one for each machine and build in it, and the models they measured. */
#include "harness/core/error.h"
#include "harness/import/import.h"
#include "harness/machine/content_hash.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum bn_status begin(struct bn_import *import, int64_t machine_id, int64_t build_id, const char *when,
                            struct bn_error *err)
{
    char host[256] = "", identity[320];
    bool resumed;
    gethostname(host, sizeof host - 1);
    snprintf(identity, sizeof identity, "%.250s #%zu", import->command, import->n_runs);
    const struct bn_store_run run = {.identity = identity,
                                     .source = import->format,
                                     .plan = "import",
                                     .plan_text = "",
                                     .command = import->command,
                                     .host = host,
                                     .machine_id = machine_id,
                                     .build_id = build_id,
                                     .started_at = when};
    return bn_store_run_begin(import->store, &run, &import->run_id, &resumed, err);
}

enum bn_status bn_import_run(struct bn_import *import, int64_t machine_id, int64_t build_id, const char *when,
                             bool join, struct bn_error *err)
{
    for (size_t i = 0; join && i < import->n_runs; i++)
        if (import->runs[i].machine_id == machine_id && import->runs[i].build_id == build_id)
            return import->run_id = import->runs[i].run_id, BN_OK;
    if (import->n_runs == BN_IMPORT_MAX_RUNS)
        return bn_harness_fail(err, BN_ERR_UNSUPPORTED, "It has results of more than %d builds, machines or times.",
                               BN_IMPORT_MAX_RUNS);
    struct bn_import_run_key *more = realloc(import->runs, (import->n_runs + 1) * sizeof *more);
    if (!more) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory importing.");
    import->runs = more;
    enum bn_status status = begin(import, machine_id, build_id, when && when[0] ? when : NULL, err);
    if (!status) more[import->n_runs++] = (struct bn_import_run_key){machine_id, build_id, import->run_id};
    return status;
}

const char *bn_import_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static enum bn_status named_model(struct bn_import *import, int64_t *model_id, struct bn_error *err)
{
    char hash[BN_CONTENT_HASH_CHARS], size[32];
    uint64_t n_bytes = 0;
    const char *file = bn_import_base(import->model_path);
    enum bn_status status = bn_content_hash_file(import->model_path, hash, &n_bytes, err);
    if (status) return status;
    snprintf(size, sizeof size, "%llu", (unsigned long long)n_bytes);
    const struct bn_field fields[] = {
        {"content_hash", hash, NULL, true}, {"file_bytes", size, NULL, true}, {"file", file, NULL, false}};
    return bn_store_fingerprint(import->store, "model", file, hash, fields, 3, model_id, err);
}

enum bn_status bn_import_model(struct bn_import *import, const char *path, const struct bn_field *more, size_t n_more,
                               int64_t *model_id, struct bn_error *err)
{
    const char *file = bn_import_base(path);
    if (import->model_path && !strcmp(bn_import_base(import->model_path), file))
        return named_model(import, model_id, err);
    char *folder = strndup(path, (size_t)(file - path));
    struct bn_field *fields = calloc(n_more + 3, sizeof *fields);
    enum bn_status status = folder && fields ? BN_OK : bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory importing.");
    if (!status) {
        fields[0] = (struct bn_field){"file", file, NULL, true};
        fields[1] = (struct bn_field){"folder", folder[0] ? folder : NULL, "the results name no folder", true};
        fields[2] =
            (struct bn_field){"content_hash", NULL, "import opens no file that results name; --model does", false};
        if (n_more) memcpy(fields + 3, more, n_more * sizeof *more);
        /* "org/name" is one name, "/models/name" a place */
        const char *label = strchr(path, '/') == file - 1 && file > path + 1 && path[0] != '.' ? path : file;
        status = bn_store_fingerprint(import->store, "model", label[0] ? label : "unknown model", NULL, fields,
                                      n_more + 3, model_id, err);
    }
    free(folder);
    free(fields);
    return status;
}
