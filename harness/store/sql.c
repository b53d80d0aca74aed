/* sql.c - prepare, bind, run, and read rows. */
#include "harness/store/sql.h"
#include "harness/error.h"
#include <math.h>
#include <stdlib.h>

enum bn_status bn_sql_fail(struct bn_store *store, struct bn_error *err)
{
    int code = sqlite3_errcode(store->db);
    enum bn_status status = code == SQLITE_NOMEM                              ? BN_ERR_MEMORY
                            : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? BN_ERR_FORMAT
                                                                              : BN_ERR_IO;
    return bn_harness_fail(err, status, "The database %s refused: %s.", store->path, sqlite3_errmsg(store->db));
}

sqlite3_stmt *bn_sql_prepare(struct bn_store *store, struct bn_error *err, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK) bn_sql_fail(store, err);
    return statement;
}

void bn_sql_bind(sqlite3_stmt *s, const char *types, va_list args)
{
    for (int i = 1; *types; i++, types++) {
        if (*types == 's') {
            sqlite3_bind_text(s, i, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
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

enum bn_status bn_sql_step(struct bn_store *store, sqlite3_stmt *s, struct bn_error *err, const char *types, ...)
{
    if (!s) return BN_ERR_IO;
    va_list args;
    va_start(args, types);
    bn_sql_bind(s, types, args);
    va_end(args);
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
    }
    enum bn_status status = code == SQLITE_DONE ? BN_OK : bn_sql_fail(store, err);
    sqlite3_reset(s);
    return status;
}

enum bn_status bn_sql_run(struct bn_store *store, struct bn_error *err, const char *sql, const char *types, ...)
{
    sqlite3_stmt *s = bn_sql_prepare(store, err, sql);
    if (!s) return BN_ERR_IO;
    va_list args;
    va_start(args, types);
    bn_sql_bind(s, types, args);
    va_end(args);
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
    }
    enum bn_status status = code == SQLITE_DONE ? BN_OK : bn_sql_fail(store, err);
    sqlite3_finalize(s);
    return status;
}

int64_t bn_sql_int(struct bn_store *store, int64_t missing, const char *sql, const char *types, ...)
{
    sqlite3_stmt *s = bn_sql_prepare(store, NULL, sql);
    if (!s) return missing;
    va_list args;
    va_start(args, types);
    bn_sql_bind(s, types, args);
    va_end(args);
    int64_t value = sqlite3_step(s) == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL
                        ? sqlite3_column_int64(s, 0)
                        : missing;
    sqlite3_finalize(s);
    return value;
}

enum bn_status bn_sql_script(struct bn_store *store, const char *sql, struct bn_error *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? BN_OK : bn_sql_fail(store, err);
}

/* ---- reading for other rooms ---- */
struct bn_query {
    sqlite3_stmt *statement;
};

enum bn_status bn_query_open(struct bn_query **query, struct bn_store *store, struct bn_error *err, const char *sql,
                             const char *types, ...)
{
    struct bn_error local;
    if (!err) err = &local;
    struct bn_query *q = malloc(sizeof *q);
    if (!q) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory reading %s.", store->path);
    q->statement = bn_sql_prepare(store, err, sql);
    if (!q->statement) {
        free(q);
        return err->status;
    }
    va_list args;
    va_start(args, types);
    bn_sql_bind(q->statement, types, args);
    va_end(args);
    *query = q;
    return BN_OK;
}

bool bn_query_next(struct bn_query *q) { return sqlite3_step(q->statement) == SQLITE_ROW; }
bool bn_query_null(struct bn_query *q, int column) { return sqlite3_column_type(q->statement, column) == SQLITE_NULL; }
int64_t bn_query_int(struct bn_query *q, int column) { return sqlite3_column_int64(q->statement, column); }
double bn_query_double(struct bn_query *q, int column)
{
    return bn_query_null(q, column) ? NAN : sqlite3_column_double(q->statement, column);
}

const char *bn_query_text(struct bn_query *q, int column)
{
    const unsigned char *text = sqlite3_column_text(q->statement, column);
    return text ? (const char *)text : "";
}

void bn_query_close(struct bn_query *q)
{
    if (!q) return;
    sqlite3_finalize(q->statement);
    free(q);
}
