/* merge.c - copies the runs of another database. */
#include "harness/store/file.h"
#include "harness/store/fresh.h"
#include "harness/store/seal.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char merge_sql[] =
#include "harness/store/merge.sql.h"
    ;
static const char forget_sql[] = "DROP TABLE fingerprint_here; DROP TABLE config_here; DROP TABLE added_run; DROP "
                                 "TABLE run_here; DROP TABLE point_here";

/* `other` is a copy of our own: what is not wanted of it is removed there. uid NULL: all is wanted. */
static enum bn_status merge_attached(struct bn_store *store, const char *uid, int64_t *runs, int64_t *points,
                                     struct bn_error *err)
{
    enum bn_status status = bn_store_begin(store, err);
    if (status) return status;
    if (uid) status = bn_sql_run(store, err, "DELETE FROM other.run WHERE uid <> ?", "s", uid);
    if (!status) status = bn_sql_script(store, merge_sql, err);
    if (!status) status = bn_seal_check_merged(store, err);
    if (!status) status = bn_sql_int(store, err, runs, "SELECT count(*) FROM added_run", "");
    if (!status) status = bn_sql_int(store, err, points, "SELECT count(*) FROM point_here", "");
    if (!status) status = bn_sql_script(store, forget_sql, err);
    if (!status) status = bn_store_commit(store, err);
    if (status) bn_store_rollback(store);
    return status;
}

static enum bn_status attach_and_merge(struct bn_store *store, const char *path, const char *uid, int64_t *runs,
                                       int64_t *points, struct bn_error *err)
{
    enum bn_status status = bn_sql_run(store, err, "ATTACH ? AS other", "s", path);
    if (status) return status;
    status = merge_attached(store, uid, runs, points, err);
    bn_sql_script(store, "DETACH other", NULL);
    if (!status) bn_file_checkpoint(store);
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
    return bn_store_merge_run(store, path, NULL, runs_added, points_added, err);
}

enum bn_status bn_store_merge_run(struct bn_store *store, const char *path, const char *uid, int64_t *runs_added,
                                  int64_t *points_added, struct bn_error *err)
{
    struct bn_error local;
    char *copy = NULL;
    if (!err) err = &local;
    *runs_added = *points_added = 0;
    if (same_file(store->path, path)) return BN_OK; /* everything is here already */
    if (asprintf(&copy, "%s.merging-%ld", store->path, (long)getpid()) < 0)
        return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory merging %s.", path);
    unlink(copy);
    /* a seal that is renewed below hides no damage; once is enough for all that this process merges */
    enum bn_status status = store->checked ? BN_OK : bn_seal_check(store, err);
    store->checked = !status;
    if (!status) status = bn_store_fresh_copy(path, copy, err);
    if (!status) status = attach_and_merge(store, copy, uid, runs_added, points_added, err);
    unlink(copy);
    free(copy);
    return status;
}
