/* schema.c - creates the tables, migrates older ones step by step, keeps the views current. */
#include "harness/store/schema.h"
#include "harness/store/seal.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char schema_sql[] =
#include "harness/store/schema.sql.h"
    ;
static const char views_sql[] =
#include "harness/store/views.sql.h"
    ;
static const char foreign_code_sql[] =
#include "harness/store/foreign_code.sql.h"
    ;
static const char v1_sql[] =
#include "harness/store/migrations/v1.sql.h"
    ;

/* migrations[i] leads from version i + 1 to version i + 2. A step is never edited after it was released;
 * harness/tests/data/store-vN.sql holds a database of every older version for the test. */
static const char *const migrations[] = {
#include "harness/store/migrations/v1_to_v2.sql.h"
    ,
#include "harness/store/migrations/v2_to_v3.sql.h"
    ,
#include "harness/store/migrations/v3_to_v4.sql.h"
    ,
#include "harness/store/migrations/v4_to_v5.sql.h"
    ,
#include "harness/store/migrations/v5_to_v6.sql.h"
    ,
#include "harness/store/migrations/v6_to_v7.sql.h"
    ,
#include "harness/store/migrations/v7_to_v8.sql.h"
    ,
#include "harness/store/migrations/v8_to_v9.sql.h"
    ,
#include "harness/store/migrations/v9_to_v10.sql.h"
    ,
#include "harness/store/migrations/v10_to_v11.sql.h"
    ,
#include "harness/store/migrations/v11_to_v12.sql.h"
};
enum { OURS = sizeof migrations / sizeof *migrations + 1 };
_Static_assert(OURS == BN_SCHEMA_VERSION, "a file in migrations/ is missing in the list above");

int bn_store_version(void) { return OURS; }

enum bn_status bn_schema_version(struct bn_store *store, int *out, struct bn_error *err)
{
    int64_t found = 0, objects = 0;
    enum bn_status status = bn_sql_int(store, err, &found, "PRAGMA user_version", "");
    if (!status) status = bn_sql_int(store, err, &objects, "SELECT count(*) FROM sqlite_master", "");
    if (status) return status;
    if (found > OURS && found < 10000)
        return bn_harness_fail(err, BN_ERR_UNSUPPORTED,
                               "%s has schema version %lld, this program reads up to %d; use a newer bitnet-bench.",
                               store->path, (long long)found, OURS);
    if (found < 0 || found > OURS || (found == 0) != (objects == 0))
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "%s is a database, but not one of bitnet-bench (schema version %lld).", store->path,
                               (long long)found);
    *out = (int)found;
    return BN_OK;
}

static enum bn_status set_version(struct bn_store *store, int version, struct bn_error *err)
{
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA user_version = %d", version);
    return bn_sql_script(store, sql, err);
}

static enum bn_status steps(struct bn_store *store, int from, int to, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (int v = from; !status && v < to; v++) status = bn_sql_script(store, migrations[v - 1], err);
    return status ? status : set_version(store, to, err);
}

enum bn_status bn_schema_build(struct bn_store *store, int version, struct bn_error *err)
{
    enum bn_status status = bn_sql_script(store, v1_sql, err);
    return status ? status : steps(store, 1, version, err);
}

enum bn_status bn_schema_migrate(struct bn_store *store, int from, struct bn_error *err)
{
    int64_t orphans = 0;
    enum bn_status status = steps(store, from, OURS, err);
    if (!status) status = bn_sql_int(store, err, &orphans, "SELECT count(*) FROM pragma_foreign_key_check", "");
    if (!status && orphans)
        status = bn_harness_fail(
            err, BN_ERR_FORMAT, "The database %s has rows that point to nothing; restore it from a copy.", store->path);
    return status;
}

/* The names come from the file: quoted, of any length. */
static enum bn_status drop_views(struct bn_store *store, struct bn_error *err)
{
    for (;;) {
        sqlite3_stmt *s = bn_sql_prepare(store, err, "SELECT name FROM main.sqlite_master WHERE type = 'view' LIMIT 1");
        if (!s) return BN_ERR_IO;
        int code = sqlite3_step(s);
        char *sql = code == SQLITE_ROW
                        ? sqlite3_mprintf("DROP VIEW main.\"%w\"", (const char *)sqlite3_column_text(s, 0))
                        : NULL;
        enum bn_status status = code == SQLITE_ROW || code == SQLITE_DONE ? BN_OK : bn_sql_fail(store, err);
        sqlite3_finalize(s);
        if (!status && code == SQLITE_ROW)
            status = sql ? bn_sql_script(store, sql, err)
                         : bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory migrating %s.", store->path);
        sqlite3_free(sql);
        if (status || code != SQLITE_ROW) return status;
    }
}

/* Views follow this program's text, not the file's age. */
static enum bn_status renew_views(struct bn_store *store, struct bn_error *err)
{
    int64_t current = 0;
    enum bn_status status =
        bn_sql_int(store, err, &current, "SELECT count(*) FROM meta WHERE key = 'views' AND value = ?", "s", views_sql);
    if (status || current) return status;
    status = drop_views(store, err);
    if (!status) status = bn_sql_script(store, views_sql, err);
    return status
               ? status
               : bn_sql_run(store, err, "INSERT OR REPLACE INTO meta (key, value) VALUES ('views', ?)", "s", views_sql);
}

enum bn_status bn_schema_upgrade(struct bn_store *store, int from, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    if (from == 0)
        status = bn_sql_script(store, schema_sql, err);
    else if (from < OURS && !(status = drop_views(store, err)) &&
             !(status = bn_sql_run(store, err, "DELETE FROM meta WHERE key = 'views'", "")))
        status = bn_schema_migrate(store, from, err);
    if (!status) status = renew_views(store, err);
    return status ? status : set_version(store, OURS, err);
}

/* "CREATE VIEW x" -> "CREATE TEMP VIEW x" throughout. */
static char *temporary(const char *views)
{
    static const char plain[] = "CREATE VIEW ", temp[] = "CREATE TEMP VIEW ";
    char *text = calloc(2, strlen(views) + 1), *to = text;
    for (const char *at; text && (at = strstr(views, plain)); views = at + strlen(plain))
        to = stpcpy(mempcpy(to, views, (size_t)(at - views)), temp);
    if (text) stpcpy(to, views);
    return text;
}

enum bn_status bn_schema_own_views(struct bn_store *store, struct bn_error *err)
{
    char *sql = temporary(views_sql);
    enum bn_status status = sql ? bn_sql_script(store, sql, err)
                                : bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory opening %s.", store->path);
    free(sql);
    return status ? status : bn_seal_define(store, err);
}

/* Columns as text, one table a row; the same query for the file and for what it should be. */
static const char form_sql[] = "SELECT group_concat(x.name || ' ' || x.type || ' ' || x.pk || ' ' || x.hidden, ', ')"
                               " FROM (SELECT * FROM pragma_table_xinfo(?1, 'main') ORDER BY name) x";
static const char tables_sql[] = "SELECT name FROM main.sqlite_master WHERE type = 'table' ORDER BY name";

static enum bn_status check_table(struct bn_store *store, struct bn_store *model, const char *table,
                                  struct bn_error *err)
{
    char ours[2048] = "", theirs[2048] = "";
    enum bn_status status = bn_sql_text(model, err, ours, sizeof ours, form_sql, "s", table);
    if (!status) status = bn_sql_text(store, err, theirs, sizeof theirs, form_sql, "s", table);
    if (!status && strcmp(ours, theirs))
        status = bn_harness_fail(err, BN_ERR_FORMAT,
                                 "%s is not a database of bitnet-bench: its table %s has other columns than its schema "
                                 "version says.",
                                 store->path, table);
    return status;
}

static enum bn_status check_foreign_code(struct bn_store *store, struct bn_error *err)
{
    char what[200] = "";
    enum bn_status status = bn_sql_text(store, err, what, sizeof what, foreign_code_sql, "");
    return status || !what[0] ? status
                              : bn_harness_fail(err, BN_ERR_FORMAT, "%s has %s; drop it first.", store->path, what);
}

enum bn_status bn_schema_compare(struct bn_store *store, struct bn_store *model, struct bn_error *err)
{
    sqlite3_stmt *tables = bn_sql_prepare(model, err, tables_sql);
    enum bn_status status = tables ? BN_OK : BN_ERR_IO;
    int code = SQLITE_DONE;
    while (!status && (code = sqlite3_step(tables)) == SQLITE_ROW)
        status = check_table(store, model, (const char *)sqlite3_column_text(tables, 0), err);
    if (!status && code != SQLITE_DONE) status = bn_sql_fail(model, err);
    sqlite3_finalize(tables);
    return status;
}

enum bn_status bn_schema_check(struct bn_store *store, struct bn_error *err)
{
    struct bn_store model = {.path = store->path};
    enum bn_status status = sqlite3_open_v2(":memory:", &model.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL)
                                ? bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory opening %s.", store->path)
                                : bn_sql_script(&model, schema_sql, err);
    if (!status) status = bn_schema_compare(store, &model, err);
    sqlite3_close(model.db);
    return status ? status : check_foreign_code(store, err);
}
