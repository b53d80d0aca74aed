/* foreign.c - reads SQL that another program wrote, in a database in memory that can make tables and rows and nothing
 * else. */
#include "harness/store/sql.h"
#include "harness/error.h"

enum { MAX_COLUMNS = 256 };

static int permit(void *self, int action, const char *a, const char *b, const char *c, const char *d)
{
    (void)self, (void)a, (void)b, (void)c, (void)d;
    switch (action) {
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_INDEX:
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_TRANSACTION:
    case SQLITE_REINDEX:
    case SQLITE_FUNCTION:
        return SQLITE_OK;
    default:
        return SQLITE_DENY;
    }
}

typedef enum bn_status give_row(void *self, int n, const char *const *names, const char *const *values);

static enum bn_status give_table(sqlite3 *db, const char *table, give_row *row, void *self)
{
    sqlite3_stmt *s = NULL;
    const char *names[MAX_COLUMNS], *values[MAX_COLUMNS];
    enum bn_status status = BN_OK;
    char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
    if (sql) sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    sqlite3_free(sql);
    int n = s ? sqlite3_column_count(s) : 0;
    while (s && !status && n <= MAX_COLUMNS && sqlite3_step(s) == SQLITE_ROW) {
        for (int i = 0; i < n; i++)
            names[i] = sqlite3_column_name(s, i), values[i] = (const char *)sqlite3_column_text(s, i);
        status = row(self, n, names, values);
    }
    sqlite3_finalize(s);
    return status;
}

static enum bn_status give_tables(sqlite3 *db, give_row *row, void *self)
{
    sqlite3_stmt *s = NULL;
    enum bn_status status = BN_OK;
    sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid", -1, &s, NULL);
    while (s && !status && sqlite3_step(s) == SQLITE_ROW)
        status = give_table(db, (const char *)sqlite3_column_text(s, 0), row, self);
    sqlite3_finalize(s);
    return status;
}

enum bn_status bn_store_foreign_rows(const char *sql, give_row *row, void *self, struct bn_error *err)
{
    sqlite3 *db = NULL;
    char *why = NULL;
    if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, NULL) !=
        SQLITE_OK) {
        sqlite3_close(db);
        return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory reading SQL.");
    }
    sqlite3_set_authorizer(db, permit, NULL);
    enum bn_status status = BN_OK;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        status = bn_harness_fail(err, BN_ERR_FORMAT, "The SQL text is refused: %s.", why ? why : "no reason");
    sqlite3_free(why);
    if (!status) status = give_tables(db, row, self);
    sqlite3_close(db);
    return status;
}
