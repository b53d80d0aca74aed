/* sql.h - small helpers around SQLite for the files of this folder: prepare, bind by letters, run, report. */
#ifndef BN_STORE_SQL_H
#define BN_STORE_SQL_H
#include "harness/store/store.h"
#include <sqlite3.h>
#include <stdarg.h>

struct bn_store {
    sqlite3 *db;
    char *path;
    int depth;      /* of bn_store_begin */
    char owner[96]; /* this process: boot id, pid, start time */
};
/* types: i int64_t, I int64_t where 0 is NULL, N int64_t where a negative one is NULL, d double where NAN is NULL, s
 * text where NULL is NULL. Returns NULL and fills err when SQLite refuses. */
sqlite3_stmt *bn_sql_prepare(struct bn_store *store, struct bn_error *err, const char *sql);
void bn_sql_bind(sqlite3_stmt *statement, const char *types, va_list args);
/* Binds, steps to the end, resets. The statement may be used again. */
enum bn_status bn_sql_step(struct bn_store *store, sqlite3_stmt *statement, struct bn_error *err, const char *types,
                           ...);
/* Prepare, step, finalize. */
enum bn_status bn_sql_run(struct bn_store *store, struct bn_error *err, const char *sql, const char *types, ...);
/* First column of the first row as an integer; `missing` when there is none. */
int64_t bn_sql_int(struct bn_store *store, int64_t missing, const char *sql, const char *types, ...);
/* Runs a text of several statements. */
enum bn_status bn_sql_script(struct bn_store *store, const char *sql, struct bn_error *err);
enum bn_status bn_sql_fail(struct bn_store *store, struct bn_error *err);
#endif
