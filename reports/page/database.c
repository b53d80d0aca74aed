/* database.c - opens the database and checks it before a figure is read. */
#include "reports/page/database.h"
#include "engine/files.h"
#include "harness/store/functions.h"
#include "harness/store/mix.h"
#include "reports/page/content.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Views for this connection, which come before those of the file; of the database's side, as bn_mix is. */
BN_EMBED(database_views_sql, "harness/store/views.sql");
BN_EMBED(database_seals_sql, "harness/store/seals.sql");
BN_EMBED(database_foreign_code_sql, "harness/store/foreign_code.sql");

/* The first column of the first row; "" when there is none. False: report->error. */
static bool first(struct report *report, const char *path, const char *sql, char *text, size_t size)
{
    sqlite3_stmt *query = NULL;
    int step = sqlite3_prepare_v2(report->db, sql, -1, &query, NULL);
    if (!step) step = sqlite3_step(query);
    text[0] = 0;
    if (step == SQLITE_ROW && sqlite3_column_text(query, 0))
        snprintf(text, size, "%s", (const char *)sqlite3_column_text(query, 0));
    for (char *p = text; (p = strchr(p, '\n')); p++) *p = ' ';
    bool ok = step == SQLITE_ROW || step == SQLITE_DONE ||
              report_fail(report, "The database %s cannot be read: %s.", path, sqlite3_errmsg(report->db));
    sqlite3_finalize(query);
    return ok;
}

/* Nothing in the file runs but our own queries. */
static void guard(sqlite3 *db)
{
    static const int off[] = {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_VIEW,
                              SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL};
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) sqlite3_db_config(db, off[i], 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 64 << 20);
    sqlite3_busy_timeout(db, 60000);
    sqlite3_exec(db, "PRAGMA ignore_check_constraints = ON; PRAGMA cell_size_check = ON", NULL, NULL, NULL);
    /* 70 bytes a sample; sorting in files took a third of the time */
    sqlite3_exec(db, "PRAGMA temp_store = MEMORY", NULL, NULL, NULL);
}

static bool own_views(struct report *report, const char *path)
{
    static const char plain[] = "CREATE VIEW ", temp[] = "CREATE TEMP VIEW ";
    const char *from = database_views_sql;
    char *sql = calloc(2, strlen(from) + 1), *to = sql;
    for (const char *at; sql && (at = strstr(from, plain)); from = at + strlen(plain))
        to = stpcpy(mempcpy(to, from, (size_t)(at - from)), temp);
    if (sql) stpcpy(to, from);
    bool ok = sql && !sqlite3_exec(report->db, sql, NULL, NULL, NULL) && !bn_mix_define(report->db, NULL) &&
              !bn_functions_define(report->db) && !sqlite3_exec(report->db, database_seals_sql, NULL, NULL, NULL);
    free(sql);
    return ok || report_fail(report, "%s is not a database of bitnet-bench: %s.", path, sqlite3_errmsg(report->db));
}

/* Each gives no row, or a sentence about the damage. */
static const char *const checks[] = {
    "SELECT integrity_check FROM pragma_integrity_check(1) WHERE integrity_check <> 'ok'",
    "SELECT 'a row of table ' || \"table\" || ' points to nothing' FROM pragma_foreign_key_check LIMIT 1",
    ("SELECT 'its table ' || name || ' is not of bitnet-bench' FROM sqlite_master WHERE sql LIKE "
     "'create%virtual%table%' LIMIT 1"),
    "SELECT 'the rows of ' || kind || ' ' || name || ' are not those that were stored' FROM broken_seals LIMIT 1"};
enum { N_CHECKS = sizeof checks / sizeof *checks, SEALS = N_CHECKS - 1 };

/* Before the checks, for they would run it. */
static bool no_foreign_code(struct report *report, const char *path)
{
    char what[400];
    return first(report, path, database_foreign_code_sql, what, sizeof what) &&
           (!what[0] || report_fail(report, "%s has %s; drop it first.", path, what));
}

static bool check_all(struct report *report, const char *path)
{
    char text[400] = "";
    int i = 0;
    for (; i < N_CHECKS && !text[0]; i++)
        if (!first(report, path, checks[i], text, sizeof text)) return false;
    return !text[0] || report_fail(report, "The database %s is damaged: %s. Restore it from a copy%s.", path, text,
                                   i > SEALS ? ", or set their seal to NULL if you changed them" : "");
}

bool database_open(struct report *report, const char *path)
{
    char text[400];
    struct stat s;
    if (stat(path, &s) && errno == ENOENT)
        return report_fail(report,
                           "Nothing is measured yet in %s: there is no such database; measure into it with "
                           "bitnet-bench, or name another with --db.",
                           path);
    if (stat(path, &s)) return report_fail(report, "Cannot open %s: %s.", path, strerror(errno));
    if (!S_ISREG(s.st_mode) || !s.st_size)
        return report_fail(report, "%s is not a database: it is %s.", path,
                           S_ISREG(s.st_mode) ? "empty" : "no regular file");
    bn_input_declare(path);
    if (sqlite3_open_v2(path, &report->db, SQLITE_OPEN_READONLY, NULL))
        return report_fail(report, "Cannot open %s: %s.", path, sqlite3_errmsg(report->db));
    guard(report->db);
    if (!first(report, path, "PRAGMA user_version", text, sizeof text)) return false;
    long version = strtol(text, NULL, 10);
    if (version != BN_SCHEMA_VERSION)
        return report_fail(report,
                           version > 0 && version < BN_SCHEMA_VERSION
                               ? "%s has schema version %ld and this program reads %d; bitnet-bench merge migrates it."
                               : "%s has schema version %ld, which this bitnet-report (version %d) does not know.",
                           path, version, BN_SCHEMA_VERSION);
    return own_views(report, path) && no_foreign_code(report, path) && check_all(report, path);
}

bool database_share(struct report *report)
{
    for (const char *sql = content_shared_sql; *sql;) {
        sqlite3_stmt *statement = NULL;
        int code = sqlite3_prepare_v2(report->db, sql, -1, &statement, &sql);
        if (!code && !statement) break; /* a comment at the end */
        int run = code ? 0 : sqlite3_bind_parameter_index(statement, ":run");
        if (run) sqlite3_bind_int64(statement, run, report->run);
        if (!code) code = sqlite3_step(statement);
        sqlite3_finalize(statement);
        if (code != SQLITE_DONE)
            return report_fail(report, "Preparing the report failed: %s.", sqlite3_errmsg(report->db));
    }
    return true;
}
