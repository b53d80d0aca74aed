/* sql.h - small helpers around SQLite for the files of this folder: guard, prepare, bind by letters, run, report. */
#ifndef BN_STORE_SQL_H
#define BN_STORE_SQL_H
#include "harness/store/mix.h"
#include "harness/store/store.h"
#include <sqlite3.h>
#include <stdarg.h>

struct bn_store {
    sqlite3 *db;
    char *path;
    int depth;                  /* of bn_store_begin */
    int64_t run_to_seal;        /* when the transaction ends; 0: none */
    struct bn_mix_sum inserted; /* samples of the point that is being stored */
    bool writes, checked;       /* checked: all seals held before the first merge */
    struct bn_error unread;     /* the first read that failed; status BN_OK: none */
    char note[512];             /* a warning about the file, or "" */
    char owner[96];             /* this process: boot id, pid, start time */
};
/* Settings under which nothing in a file runs but what this program asks for: no views, triggers or functions of the
 * file's own, no writes to the schema, bounded lengths, and an end to every read when the interrupt flag is set. */
void bn_sql_guard(sqlite3 *db);

/* types: i int64_t, I int64_t where 0 is NULL, N int64_t where a negative one is NULL, d double where NAN is NULL, s
 * text where NULL is NULL. Returns NULL and fills err when SQLite refuses. */
sqlite3_stmt *bn_sql_prepare(struct bn_store *store, struct bn_error *err, const char *sql);
/* lifetime: SQLITE_STATIC where texts outlive the steps, else SQLITE_TRANSIENT. */
void bn_sql_bind(sqlite3_stmt *statement, sqlite3_destructor_type lifetime, const char *types, va_list args);
/* Binds, steps to the end, resets. The statement may be used again. */
enum bn_status bn_sql_step(struct bn_store *store, sqlite3_stmt *statement, struct bn_error *err, const char *types,
                           ...);
/* Prepare, step, finalize. */
enum bn_status bn_sql_run(struct bn_store *store, struct bn_error *err, const char *sql, const char *types, ...);
enum bn_status bn_sql_vrun(struct bn_store *store, struct bn_error *err, const char *sql, const char *types,
                           va_list args);
/* First column of the first row as an integer; *value stays when there is no row or no value in it. */
enum bn_status bn_sql_int(struct bn_store *store, struct bn_error *err, int64_t *value, const char *sql,
                          const char *types, ...);
/* The same for a text, copied into text[cap]. */
enum bn_status bn_sql_text(struct bn_store *store, struct bn_error *err, char *text, size_t cap, const char *sql,
                           const char *types, ...);
/* Runs a text of several statements. */
enum bn_status bn_sql_script(struct bn_store *store, const char *sql, struct bn_error *err);
/* The sentence for the last error of the connection; a damaged file says what is damaged. */
enum bn_status bn_sql_fail(struct bn_store *store, struct bn_error *err);
#endif
