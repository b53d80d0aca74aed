/* merge.c - takes over the runs of another database, and checks a database for damage. */
#include "harness/store/sql.h"
#include "harness/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char merge_sql[] =
#include "harness/store/merge.sql.h"
    ;
static const char forget_sql[] = "DROP TABLE fingerprint_here; DROP TABLE config_here; DROP TABLE added_run; DROP "
                                 "TABLE run_here; DROP TABLE point_here";

static enum bn_status merge_attached(struct bn_store *store, int64_t *runs, int64_t *points, struct bn_error *err)
{
    enum bn_status status = bn_store_begin(store, err);
    if (status) return status;
    status = bn_sql_script(store, merge_sql, err);
    if (!status) {
        *runs = bn_sql_int(store, 0, "SELECT count(*) FROM added_run", "");
        *points = bn_sql_int(store, 0, "SELECT count(*) FROM point_here", "");
        status = bn_sql_script(store, forget_sql, err);
    }
    if (!status) status = bn_store_commit(store, err);
    if (status) bn_store_rollback(store);
    return status;
}

static enum bn_status attach_and_merge(struct bn_store *store, const char *path, int64_t *runs, int64_t *points,
                                       struct bn_error *err)
{
    enum bn_status status = bn_sql_run(store, err, "ATTACH ? AS other", "s", path);
    if (status) return status;
    status = merge_attached(store, runs, points, err);
    bn_sql_script(store, "DETACH other", NULL);
    return status;
}

/* A copy of the database at `path` in the file `copy`, brought to this program's version. */
static enum bn_status migrated_copy(const char *path, const char *copy, struct bn_error *err)
{
    sqlite3 *from = NULL;
    struct bn_store *to = NULL;
    char *escaped = sqlite3_mprintf("VACUUM INTO %Q", copy);
    bool ok = escaped && sqlite3_open_v2(path, &from, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
              sqlite3_exec(from, escaped, NULL, NULL, NULL) == SQLITE_OK;
    enum bn_status status = ok ? BN_OK
                               : bn_harness_fail(err, BN_ERR_IO, "%s cannot be copied to be migrated: %s.", path,
                                                 from ? sqlite3_errmsg(from) : "out of memory");
    sqlite3_free(escaped);
    sqlite3_close(from);
    if (!status) status = bn_store_open(&to, copy, BN_STORE_WRITE, err);
    if (!status) bn_store_close(to);
    return status;
}

static enum bn_status merge_older(struct bn_store *store, const char *path, int64_t *runs, int64_t *points,
                                  struct bn_error *err)
{
    char *copy = NULL, *side = NULL;
    if (asprintf(&copy, "%s.merging-%ld", store->path, (long)getpid()) < 0)
        return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory merging %s.", path);
    enum bn_status status = migrated_copy(path, copy, err);
    if (!status) status = attach_and_merge(store, copy, runs, points, err);
    unlink(copy);
    static const char *const sides[] = {"-wal", "-shm"};
    for (int i = 0; i < 2; i++)
        if (asprintf(&side, "%s%s", copy, sides[i]) > 0) unlink(side), free(side);
    free(copy);
    return status;
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

enum bn_status bn_store_merge(struct bn_store *store, const char *path, int64_t *runs_added, int64_t *points_added,
                              struct bn_error *err)
{
    struct bn_error local;
    struct bn_store *other = NULL;
    if (!err) err = &local;
    *runs_added = *points_added = 0;
    if (same_file(store->path, path)) return BN_OK; /* everything is here already */
    enum bn_status status = bn_store_open(&other, path, BN_STORE_READ, err);
    bool older = status == BN_ERR_UNSUPPORTED && bn_store_file_version(path) < bn_store_version();
    if (!status) bn_store_close(other);
    if (older) return merge_older(store, path, runs_added, points_added, err);
    return status ? status : attach_and_merge(store, path, runs_added, points_added, err);
}

bool bn_store_intact(struct bn_store *store, struct bn_error *err)
{
    sqlite3_stmt *s =
        bn_sql_prepare(store, err,
                       "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok' UNION ALL"
                       " SELECT 'a row of table ' || \"table\" || ' points to nothing' FROM pragma_foreign_key_check");
    if (!s) return false;
    int code = sqlite3_step(s);
    if (code == SQLITE_ROW)
        bn_harness_fail(err, BN_ERR_FORMAT, "The database %s is damaged: %s.", store->path,
                        (const char *)sqlite3_column_text(s, 0));
    else if (code != SQLITE_DONE)
        bn_sql_fail(store, err);
    sqlite3_finalize(s);
    return code == SQLITE_DONE;
}
