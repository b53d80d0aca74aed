/* store.c - opens the database: creates it, migrates an older one step by step, keeps the views current. */
#include "harness/store/sql.h"
#include "harness/store/owner.h"
#include "harness/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const char schema_sql[] =
#include "harness/store/schema.sql.h"
    ;
static const char views_sql[] =
#include "harness/store/views.sql.h"
    ;

/* migrations[i] leads from version i + 1 to version i + 2; the last entry ends the list. A step is never edited after
 * it was released; harness/tests/data/store-vN.sql holds a database of every older version for the test. */
static const char *const migrations[] = {
#include "harness/store/migrations/v1_to_v2.sql.h"
    ,
#include "harness/store/migrations/v2_to_v3.sql.h"
    , NULL};

int bn_store_version(void) { return (int)(sizeof migrations / sizeof *migrations); }

int bn_store_file_version(const char *path)
{
    struct bn_store store = {0};
    int found = sqlite3_open_v2(path, &store.db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK
                    ? (int)bn_sql_int(&store, 0, "PRAGMA user_version", "")
                    : 0;
    sqlite3_close(store.db);
    return found;
}

static int version(struct bn_store *store) { return (int)bn_sql_int(store, 0, "PRAGMA user_version", ""); }

static enum bn_status drop_views(struct bn_store *store, struct bn_error *err)
{
    char sql[256] = "";
    for (;;) {
        sqlite3_stmt *s = bn_sql_prepare(
            store, err, "SELECT 'DROP VIEW \"' || name || '\"' FROM sqlite_master WHERE type = 'view' LIMIT 1");
        if (!s) return BN_ERR_IO;
        bool found = sqlite3_step(s) == SQLITE_ROW;
        if (found) snprintf(sql, sizeof sql, "%s", (const char *)sqlite3_column_text(s, 0));
        sqlite3_finalize(s);
        if (!found) return BN_OK;
        enum bn_status status = bn_sql_script(store, sql, err);
        if (status) return status;
    }
}

/* Views follow this program's text, not the file's age. */
static enum bn_status renew_views(struct bn_store *store, struct bn_error *err)
{
    if (bn_sql_int(store, 0, "SELECT count(*) FROM meta WHERE key = 'views' AND value = ?", "s", views_sql))
        return BN_OK;
    enum bn_status status = drop_views(store, err);
    if (!status) status = bn_sql_script(store, views_sql, err);
    if (!status)
        status = bn_sql_run(store, err, "INSERT OR REPLACE INTO meta (key, value) VALUES ('views', ?)", "s", views_sql);
    return status;
}

static enum bn_status migrate(struct bn_store *store, int from, struct bn_error *err)
{
    enum bn_status status = drop_views(store, err);
    for (int v = from; !status && v < bn_store_version(); v++) status = bn_sql_script(store, migrations[v - 1], err);
    if (!status && bn_sql_int(store, 0, "SELECT count(*) FROM pragma_foreign_key_check", ""))
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "The database %s has rows that point to nothing; restore it from a copy.", store->path);
    if (!status) status = bn_sql_run(store, err, "DELETE FROM meta WHERE key = 'views'", "");
    return status;
}

static enum bn_status upgrade(struct bn_store *store, struct bn_error *err)
{
    int found = version(store);
    enum bn_status status = BN_OK;
    if (found == 0)
        status = bn_sql_script(store, schema_sql, err);
    else if (found < bn_store_version())
        status = migrate(store, found, err);
    if (!status) status = renew_views(store, err);
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA user_version = %d", bn_store_version());
    return status ? status : bn_sql_script(store, sql, err);
}

static enum bn_status check_version(struct bn_store *store, enum bn_store_mode mode, struct bn_error *err)
{
    int found = version(store), ours = bn_store_version();
    if (found > ours)
        return bn_harness_fail(err, BN_ERR_UNSUPPORTED,
                               "%s has schema version %d, this program knows up to %d; use a newer bitnet-bench.",
                               store->path, found, ours);
    if (found == 0 && bn_sql_int(store, 0, "SELECT count(*) FROM sqlite_master", ""))
        return bn_harness_fail(err, BN_ERR_FORMAT, "%s is a database, but not one of bitnet-bench.", store->path);
    if (mode == BN_STORE_READ && found < ours)
        return bn_harness_fail(err, BN_ERR_UNSUPPORTED,
                               "%s has schema version %d and this program reads %d; any writing command (e.g. "
                               "bitnet-bench merge) migrates it.",
                               store->path, found, ours);
    return BN_OK;
}

static void make_folders(const char *path)
{
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", path);
    for (char *p = folder + 1; (p = strchr(p, '/')); p++) {
        *p = 0;
        mkdir(folder, 0777);
        *p = '/';
    }
}

/* SQLite does not wait here as it does elsewhere when another process makes the same database at the same moment. */
static enum bn_status use_wal(struct bn_store *store, struct bn_error *err)
{
    enum bn_status status;
    for (int tries = 0;; tries++) {
        status = bn_sql_script(
            store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8192", err);
        if (!status || (sqlite3_errcode(store->db) & 0xff) != SQLITE_BUSY || tries == 3000) return status;
        nanosleep(&(struct timespec){0, 20000000}, NULL);
    }
}

static enum bn_status prepare_file(struct bn_store *store, enum bn_store_mode mode, struct bn_error *err)
{
    sqlite3_busy_timeout(store->db, 60000);
    enum bn_status status = bn_sql_script(store, "PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536", err);
    if (!status && mode == BN_STORE_WRITE) status = use_wal(store, err);
    if (!status && mode == BN_STORE_READ) status = bn_sql_script(store, "SELECT count(*) FROM sqlite_master", err);
    if (!status && mode == BN_STORE_WRITE) status = bn_sql_script(store, "BEGIN IMMEDIATE", err);
    if (!status) status = check_version(store, mode, err);
    if (!status && mode == BN_STORE_WRITE) status = upgrade(store, err);
    if (mode == BN_STORE_WRITE && !sqlite3_get_autocommit(store->db))
        bn_sql_script(store, status ? "ROLLBACK" : "COMMIT", NULL);
    return status;
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
    if (mode == BN_STORE_WRITE) make_folders(path);
    int flags = mode == BN_STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    enum bn_status status = BN_OK;
    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK)
        status =
            bn_harness_fail(err, BN_ERR_IO, "The database %s cannot be opened: %s.", path, sqlite3_errmsg(store->db));
    if (!status) status = prepare_file(store, mode, err);
    if (status)
        bn_store_close(store);
    else
        *out = store;
    return status;
}

void bn_store_close(struct bn_store *store)
{
    if (!store) return;
    sqlite3_close(store->db);
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
    enum bn_status status = bn_sql_script(store, "COMMIT", err);
    if (!status) store->depth = 0;
    return status;
}

void bn_store_rollback(struct bn_store *store)
{
    store->depth = 0;
    if (!sqlite3_get_autocommit(store->db)) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}
