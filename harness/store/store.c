/* store.c - opens the database for reading or writing, and groups writes into transactions. */
#include "harness/store/file.h"
#include "harness/store/owner.h"
#include "harness/store/schema.h"
#include "harness/store/seal.h"
#include "harness/core/error.h"
#include <stdlib.h>
#include <string.h>

/* The file is complete, of this version, and every page of it holds what SQLite wrote: a figure that is read below is
 * the one that was stored. */
static enum bn_status prepare_reading(struct bn_store *store, struct bn_error *err)
{
    int found = 0;
    enum bn_status status = bn_schema_version(store, &found, err);
    if (!status && found < bn_store_version())
        return bn_harness_fail(err, BN_ERR_UNSUPPORTED,
                               "%s has schema version %d and this program reads %d; any writing command (e.g. "
                               "bitnet-bench merge) migrates it.",
                               store->path, found, bn_store_version());
    if (!status) status = bn_schema_check(store, err);
    if (!status) status = bn_schema_own_views(store, err);
    return status || bn_store_intact(store, err) ? status : err->status;
}

static enum bn_status upgrade(struct bn_store *store, struct bn_error *err)
{
    int found = 0;
    enum bn_status status = bn_schema_version(store, &found, err);
    if (!status) status = bn_schema_upgrade(store, found, err);
    return status ? status : bn_schema_check(store, err);
}

/* Before the log is started: a file that is not ours stays as it is. */
static enum bn_status prepare_writing(struct bn_store *store, struct bn_error *err)
{
    int found;
    enum bn_status status = bn_schema_version(store, &found, err);
    if (!status) status = bn_file_log(store, err);
    if (!status) status = bn_sql_script(store, "BEGIN IMMEDIATE", err);
    if (!status) status = upgrade(store, err);
    if (!sqlite3_get_autocommit(store->db)) {
        if (!status) status = bn_sql_script(store, "COMMIT", err);
        if (status) bn_store_rollback(store);
    }
    if (!status) bn_file_checkpoint(store);
    return status ? status : bn_schema_own_views(store, err);
}

enum bn_status bn_store_open(struct bn_store **out, const char *path, enum bn_store_mode mode, struct bn_error *err)
{
    struct bn_error local;
    if (!err) err = &local;
    struct bn_store *store = calloc(1, sizeof *store);
    if (!store || !(store->path = strdup(path))) {
        free(store);
        return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory opening %s.", path);
    }
    bn_owner_self(store->owner, sizeof store->owner);
    enum bn_status status = bn_file_open(store, mode, err);
    if (!status)
        status = bn_sql_script(
            store, "PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536; PRAGMA cell_size_check = ON", err);
    if (!status) status = mode == BN_STORE_WRITE ? prepare_writing(store, err) : prepare_reading(store, err);
    if (status)
        bn_store_close(store);
    else
        *out = store;
    return status;
}

const char *bn_store_note(const struct bn_store *store) { return store->note; }

void bn_store_close(struct bn_store *store)
{
    if (!store) return;
    bn_file_close(store);
    free(store->path);
    free(store);
}

enum bn_status bn_store_begin(struct bn_store *store, struct bn_error *err)
{
    enum bn_status status = store->depth ? BN_OK : bn_sql_script(store, "BEGIN IMMEDIATE", err);
    if (!status) store->depth++;
    return status;
}

enum bn_status bn_store_commit(struct bn_store *store, struct bn_error *err)
{
    if (store->depth > 1) return store->depth--, BN_OK;
    enum bn_status status = store->run_to_seal ? bn_seal(store, "run", store->run_to_seal, err) : BN_OK;
    if (!status) status = bn_sql_script(store, "COMMIT", err);
    if (!status) store->depth = 0, store->run_to_seal = 0;
    return status;
}

void bn_store_rollback(struct bn_store *store)
{
    store->depth = 0, store->run_to_seal = 0;
    if (!sqlite3_get_autocommit(store->db)) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}
