/* fresh.c - copies the rows of a foreign database into tables of our own making. */
#include "harness/store/fresh.h"
#include "harness/store/file.h"
#include "harness/store/schema.h"
#include "harness/store/seal.h"
#include "harness/core/error.h"
#include <stdio.h>

struct copying {
    struct bn_store from, to;
    sqlite3_stmt *read, *write; /* of the table at hand */
};

/* "a", "b", ... of our table; what the other file has beside them is left there. */
static const char columns_sql[] =
    "SELECT group_concat('\"' || name || '\"', ', '), group_concat('?', ', ') FROM pragma_table_info(?1)";

/* NOT INDEXED: an index of a foreign file may leave rows out. */
static enum bn_status prepare_copy(struct copying *c, const char *table, struct bn_error *err)
{
    sqlite3_stmt *s = bn_sql_prepare(&c->to, err, columns_sql);
    if (!s) return BN_ERR_IO;
    sqlite3_bind_text(s, 1, table, -1, SQLITE_TRANSIENT);
    enum bn_status status = sqlite3_step(s) == SQLITE_ROW ? BN_OK : bn_sql_fail(&c->to, err);
    const char *columns = (const char *)sqlite3_column_text(s, 0), *marks = (const char *)sqlite3_column_text(s, 1);
    char *read = sqlite3_mprintf("SELECT %s FROM main.\"%w\" NOT INDEXED", columns, table);
    char *write = sqlite3_mprintf("INSERT INTO main.\"%w\" (%s) VALUES (%s)", table, columns, marks);
    if (!status && (!read || !write)) status = bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory merging.");
    if (!status && !(c->write = bn_sql_prepare(&c->to, err, write))) status = BN_ERR_IO;
    if (!status && sqlite3_prepare_v2(c->from.db, read, -1, &c->read, NULL))
        status = bn_harness_fail(err, BN_ERR_FORMAT, "%s cannot be merged: its table %s has an unexpected form: %s.",
                                 c->from.path, table, sqlite3_errmsg(c->from.db));
    sqlite3_finalize(s);
    sqlite3_free(read);
    sqlite3_free(write);
    return status;
}

static enum bn_status copy_row(struct copying *c, const char *table, struct bn_error *err)
{
    for (int i = 0; i < sqlite3_column_count(c->read); i++)
        sqlite3_bind_value(c->write, i + 1, sqlite3_column_value(c->read, i));
    int code = sqlite3_step(c->write);
    sqlite3_reset(c->write);
    return code == SQLITE_DONE
               ? BN_OK
               : bn_harness_fail(err, BN_ERR_FORMAT, "%s cannot be merged: a row of its table %s breaks a rule: %s.",
                                 c->from.path, table, sqlite3_errmsg(c->to.db));
}

static enum bn_status copy_table(struct copying *c, const char *table, struct bn_error *err)
{
    int code = SQLITE_DONE;
    enum bn_status status = prepare_copy(c, table, err);
    while (!status && (code = sqlite3_step(c->read)) == SQLITE_ROW) status = copy_row(c, table, err);
    if (!status && code != SQLITE_DONE) status = bn_sql_fail(&c->from, err);
    sqlite3_finalize(c->read);
    sqlite3_finalize(c->write);
    c->read = c->write = NULL;
    return status;
}

/* Names of our tables, not of theirs; meta holds the text of views only. */
static enum bn_status copy_tables(struct copying *c, struct bn_error *err)
{
    sqlite3_stmt *s = bn_sql_prepare(
        &c->to, err, "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'meta' ORDER BY rowid");
    enum bn_status status = s ? bn_sql_script(&c->to, "BEGIN", err) : BN_ERR_IO;
    int code = SQLITE_DONE;
    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW)
        status = copy_table(c, (const char *)sqlite3_column_text(s, 0), err);
    if (!status && code != SQLITE_DONE) status = bn_sql_fail(&c->to, err);
    sqlite3_finalize(s);
    return status ? status : bn_sql_script(&c->to, "COMMIT", err);
}

enum bn_status bn_store_fresh_copy(const char *path, const char *copy, struct bn_error *err)
{
    int version = 0;
    struct copying c = {.from.path = (char *)path, .to.path = (char *)copy};
    enum bn_status status = bn_file_open(&c.from, BN_STORE_READ, err);
    if (!status) sqlite3_limit(c.from.db, SQLITE_LIMIT_ATTACHED, 0);
    if (!status) status = bn_schema_version(&c.from, &version, err);
    if (!status && !version) status = bn_harness_fail(err, BN_ERR_FORMAT, "%s has no tables to merge.", path);
    if (!status && sqlite3_open_v2(copy, &c.to.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL))
        status = bn_harness_fail(err, BN_ERR_IO, "Cannot write %s: %s.", copy, sqlite3_errmsg(c.to.db));
    if (!status) status = bn_sql_script(&c.to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", err);
    if (!status) status = bn_schema_build(&c.to, version, err);
    if (!status) status = bn_schema_compare(&c.from, &c.to, err);
    if (!status) status = copy_tables(&c, err);
    if (!status) c.to.path = (char *)path; /* errors in the rows from here on are those of the other file */
    if (!status) status = bn_schema_migrate(&c.to, version, err);
    if (!status) status = bn_seal_define(&c.to, err);
    if (!status) status = bn_seal_check(&c.to, err);
    sqlite3_close(c.from.db);
    sqlite3_close(c.to.db);
    return status;
}
