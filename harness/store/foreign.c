/* foreign.c - reads SQL that another program wrote, in a database in memory that can make tables and rows and nothing
 * else. */
#include "harness/store/sql.h"
#include "harness/core/error.h"
#include <string.h>

enum { MAX_COLUMNS = 256, MAX_VALUE_BYTES = 1 << 20, STEPS_BETWEEN_LOOKS = 100000, MAX_LOOKS = 5000 };

/* Tables, indexes and rows of values. A row may not be made from other rows: four kilobytes of joins are enough for a
 * year. The functions are those that SQLite itself writes into a dump. */
static int permit(void *self, int action, const char *a, const char *b, const char *c, const char *d)
{
    (void)self, (void)c, (void)d;
    switch (action) {
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_INDEX:
    case SQLITE_INSERT:
    case SQLITE_SELECT:
    case SQLITE_TRANSACTION:
    case SQLITE_REINDEX:
        return SQLITE_OK;
    case SQLITE_UPDATE: /* SQLite's own part of creating a table */
    case SQLITE_READ:
        return a && !strcmp(a, "sqlite_master") ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
        return b && (!strcmp(b, "replace") || !strcmp(b, "char")) ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

/* Ends what takes longer than any table of results could. */
static int too_long(void *looks) { return ++*(int *)looks > MAX_LOOKS; }

typedef enum bn_status give_row(void *self, int n, const struct bn_foreign_cell *cells, struct bn_error *err);

static struct bn_foreign_cell cell_of(sqlite3_stmt *s, int column)
{
    struct bn_foreign_cell cell = {.name = sqlite3_column_name(s, column)};
    switch (sqlite3_column_type(s, column)) {
    case SQLITE_INTEGER:
        cell.type = BN_FOREIGN_INTEGER, cell.integer = sqlite3_column_int64(s, column);
        break;
    case SQLITE_FLOAT:
        cell.type = BN_FOREIGN_REAL, cell.real = sqlite3_column_double(s, column);
        break;
    case SQLITE_NULL:
        break;
    default:
        cell.type = BN_FOREIGN_TEXT, cell.text = (const char *)sqlite3_column_text(s, column);
    }
    return cell;
}

static enum bn_status no_table(sqlite3 *db, struct bn_error *err)
{
    return bn_harness_fail(err, BN_ERR_FORMAT, "The SQL text cannot be read: %s.", sqlite3_errmsg(db));
}

static enum bn_status give_table(sqlite3 *db, const char *table, give_row *row, void *self, struct bn_error *err)
{
    sqlite3_stmt *s = NULL;
    struct bn_foreign_cell cells[MAX_COLUMNS];
    int code = SQLITE_NOMEM;
    char *sql = sqlite3_mprintf("SELECT * FROM main.\"%w\"", table);
    if (sql) code = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    sqlite3_free(sql);
    if (code) return no_table(db, err);
    int n = sqlite3_column_count(s);
    enum bn_status status =
        n <= MAX_COLUMNS
            ? BN_OK
            : bn_harness_fail(err, BN_ERR_FORMAT, "Table %.80s has more than %d columns.", table, MAX_COLUMNS);
    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW) {
        for (int i = 0; i < n; i++) cells[i] = cell_of(s, i);
        status = row(self, n, cells, err);
    }
    if (!status && code != SQLITE_DONE) status = no_table(db, err);
    sqlite3_finalize(s);
    return status;
}

static enum bn_status give_tables(sqlite3 *db, give_row *row, void *self, struct bn_error *err)
{
    sqlite3_stmt *s = NULL;
    enum bn_status status = BN_OK;
    int code =
        sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid", -1, &s, NULL);
    while (!code && !status && (code = sqlite3_step(s)) == SQLITE_ROW) {
        status = give_table(db, (const char *)sqlite3_column_text(s, 0), row, self, err);
        code = SQLITE_OK;
    }
    if (!status && code != SQLITE_DONE) status = no_table(db, err);
    sqlite3_finalize(s);
    return status;
}

enum bn_status bn_store_foreign_rows(const char *sql, give_row *row, void *self, struct bn_error *err)
{
    sqlite3 *db = NULL;
    char *why = NULL;
    int looks = 0;
    if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, NULL) !=
        SQLITE_OK) {
        sqlite3_close(db);
        return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory reading SQL.");
    }
    bn_sql_guard(db);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_exec(db, "PRAGMA max_page_count = 65536", NULL, NULL, NULL); /* 256 MiB */
    sqlite3_progress_handler(db, STEPS_BETWEEN_LOOKS, too_long, &looks);
    sqlite3_set_authorizer(db, permit, NULL);
    enum bn_status status = BN_OK;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        status = bn_harness_fail(err, BN_ERR_FORMAT, "The SQL text is refused: %s.",
                                 looks > MAX_LOOKS ? "it takes too long"
                                 : why             ? why
                                                   : "no reason");
    sqlite3_free(why);
    sqlite3_set_authorizer(db, NULL, NULL);
    if (!status) status = give_tables(db, row, self, err);
    sqlite3_close(db);
    return status;
}
