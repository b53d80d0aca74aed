/* sql.c - prepare, bind, run, and read rows. */
#include "harness/store/sql.h"
#include "harness/core/error.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_damage(int code) { return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB; }

/* One line of what SQLite says in several. */
static void take_text(sqlite3_stmt *s, char *text, size_t cap)
{
    const char *value = (const char *)sqlite3_column_text(s, 0);
    snprintf(text, cap, "%s", value ? value : "");
    for (char *p = text; (p = strchr(p, '\n')); p++) *p = ' ';
}

static void first_row(sqlite3 *db, const char *sql, char *text, size_t cap)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
        take_text(s, text, cap);
    sqlite3_finalize(s);
}

enum bn_status bn_sql_fail(struct bn_store *store, struct bn_error *err)
{
    int code = sqlite3_errcode(store->db);
    char why[512];
    snprintf(why, sizeof why, "%s", sqlite3_errmsg(store->db));
    if (code == SQLITE_INTERRUPT) return bn_harness_fail(err, BN_ERR_IO, "Reading %s was interrupted.", store->path);
    if (!is_damage(code))
        return bn_harness_fail(err, code == SQLITE_NOMEM ? BN_ERR_MEMORY : BN_ERR_IO, "The database %s refused: %s.",
                               store->path, why);
    first_row(store->db, "PRAGMA quick_check(1)", why, sizeof why);
    return bn_harness_fail(err, BN_ERR_FORMAT, "The database %s is damaged: %s. Restore it from a copy.", store->path,
                           why);
}

sqlite3_stmt *bn_sql_prepare(struct bn_store *store, struct bn_error *err, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK) bn_sql_fail(store, err);
    return statement;
}

void bn_sql_bind(sqlite3_stmt *s, sqlite3_destructor_type lifetime, const char *types, va_list args)
{
    for (int i = 1; *types; i++, types++) {
        if (*types == 's') {
            sqlite3_bind_text(s, i, va_arg(args, const char *), -1, lifetime);
        } else if (*types == 'd') {
            double x = va_arg(args, double);
            if (isnan(x))
                sqlite3_bind_null(s, i);
            else
                sqlite3_bind_double(s, i, x);
        } else {
            int64_t x = va_arg(args, int64_t);
            if ((*types == 'I' && !x) || (*types == 'N' && x < 0))
                sqlite3_bind_null(s, i);
            else
                sqlite3_bind_int64(s, i, x);
        }
    }
}

/* To the end; rows are passed over. */
static enum bn_status run_out(struct bn_store *store, sqlite3_stmt *s, struct bn_error *err)
{
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
    }
    return code == SQLITE_DONE ? BN_OK : bn_sql_fail(store, err);
}

enum bn_status bn_sql_step(struct bn_store *store, sqlite3_stmt *s, struct bn_error *err, const char *types, ...)
{
    if (!s) return BN_ERR_IO;
    va_list args;
    va_start(args, types);
    bn_sql_bind(s, SQLITE_STATIC, types, args);
    va_end(args);
    enum bn_status status = run_out(store, s, err);
    sqlite3_reset(s);
    return status;
}

static sqlite3_stmt *prepare_bound(struct bn_store *store, struct bn_error *err, const char *sql, const char *types,
                                   va_list args)
{
    sqlite3_stmt *s = bn_sql_prepare(store, err, sql);
    if (s) bn_sql_bind(s, SQLITE_STATIC, types, args);
    return s;
}

enum bn_status bn_sql_vrun(struct bn_store *store, struct bn_error *err, const char *sql, const char *types,
                           va_list args)
{
    sqlite3_stmt *s = prepare_bound(store, err, sql, types, args);
    enum bn_status status = s ? run_out(store, s, err) : BN_ERR_IO;
    sqlite3_finalize(s);
    return status;
}

enum bn_status bn_sql_run(struct bn_store *store, struct bn_error *err, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    enum bn_status status = bn_sql_vrun(store, err, sql, types, args);
    va_end(args);
    return status;
}

/* The first row, or the sentence why there is an error instead. */
static enum bn_status step_once(struct bn_store *store, sqlite3_stmt *s, bool *row, struct bn_error *err)
{
    int code = s ? sqlite3_step(s) : SQLITE_ERROR;
    *row = code == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL;
    if (!s) return BN_ERR_IO; /* prepare has said why */
    return code == SQLITE_ROW || code == SQLITE_DONE ? BN_OK : bn_sql_fail(store, err);
}

enum bn_status bn_sql_int(struct bn_store *store, struct bn_error *err, int64_t *value, const char *sql,
                          const char *types, ...)
{
    bool row;
    va_list args;
    va_start(args, types);
    sqlite3_stmt *s = prepare_bound(store, err, sql, types, args);
    va_end(args);
    enum bn_status status = step_once(store, s, &row, err);
    if (row) *value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return status;
}

enum bn_status bn_sql_text(struct bn_store *store, struct bn_error *err, char *text, size_t cap, const char *sql,
                           const char *types, ...)
{
    bool row;
    va_list args;
    va_start(args, types);
    sqlite3_stmt *s = prepare_bound(store, err, sql, types, args);
    va_end(args);
    enum bn_status status = step_once(store, s, &row, err);
    if (row) take_text(s, text, cap);
    sqlite3_finalize(s);
    return status;
}

enum bn_status bn_sql_script(struct bn_store *store, const char *sql, struct bn_error *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? BN_OK : bn_sql_fail(store, err);
}
