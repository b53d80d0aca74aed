/* query.c - rows for other rooms. An error is never the end of the rows: bn_query_end says which of the two it was.
 */
#include "harness/store/sql.h"
#include "harness/core/error.h"
#include <math.h>
#include <stdlib.h>

struct bn_query {
    struct bn_store *store;
    sqlite3_stmt *statement;
    struct bn_error failure; /* of the last step; status BN_OK: none */
};

enum bn_status bn_query_open(struct bn_query **query, struct bn_store *store, struct bn_error *err, const char *sql,
                             const char *types, ...)
{
    struct bn_error local;
    if (!err) err = &local;
    struct bn_query *q = calloc(1, sizeof *q);
    if (!q) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory reading %s.", store->path);
    q->store = store;
    q->statement = bn_sql_prepare(store, err, sql);
    if (!q->statement) {
        if (!store->unread.status) store->unread = *err;
        free(q);
        return err->status;
    }
    va_list args;
    va_start(args, types);
    bn_sql_bind(q->statement, SQLITE_TRANSIENT, types, args);
    va_end(args);
    *query = q;
    return BN_OK;
}

bool bn_query_next(struct bn_query *q)
{
    if (q->failure.status) return false;
    int code = sqlite3_step(q->statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) bn_sql_fail(q->store, &q->failure);
    if (q->failure.status && !q->store->unread.status) q->store->unread = q->failure;
    return code == SQLITE_ROW;
}

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

enum bn_status bn_query_end(struct bn_query *q, enum bn_status so_far, struct bn_error *err)
{
    if (!q) return so_far;
    if (!so_far && q->failure.status) {
        so_far = q->failure.status;
        if (err) *err = q->failure;
    }
    bn_query_close(q);
    return so_far;
}

enum bn_status bn_store_unread(const struct bn_store *store, struct bn_error *err)
{
    if (store->unread.status) *err = store->unread;
    return store->unread.status;
}

void bn_query_close(struct bn_query *q)
{
    if (!q) return;
    sqlite3_finalize(q->statement);
    free(q);
}
