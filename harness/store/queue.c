/* queue.c - the points of a run as a queue that several processes may share: claim, renew, give back. */
#include "harness/store/sql.h"
#include "harness/store/owner.h"
#include "harness/core/error.h"
#include <time.h>

/* Plans again what dead processes and expired leases hold. Runs inside the transaction of the claim. */
static enum bn_status free_abandoned(struct bn_store *store, int64_t run_id, struct bn_error *err)
{
    sqlite3_stmt *s = bn_sql_prepare(
        store, err, "SELECT point_id, owner, lease_until FROM point WHERE run_id = ? AND state = 'claimed'");
    if (!s) return BN_ERR_IO;
    sqlite3_bind_int64(s, 1, run_id);
    enum bn_status status = BN_OK;
    int code = SQLITE_DONE;
    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW) {
        bool expired = sqlite3_column_int64(s, 2) < (int64_t)time(NULL);
        if (expired || !bn_owner_alive((const char *)sqlite3_column_text(s, 1)))
            status = bn_sql_run(
                store, err, "UPDATE point SET state = 'planned', owner = NULL, lease_until = NULL WHERE point_id = ?",
                "i", sqlite3_column_int64(s, 0));
    }
    if (!status && code != SQLITE_DONE) status = bn_sql_fail(store, err);
    sqlite3_finalize(s);
    return status;
}

static enum bn_status take_next(struct bn_store *store, int64_t run_id, int lease_s, uint32_t *ordinal,
                                int64_t *point_id, struct bn_error *err)
{
    int64_t place = 0;
    *point_id = 0;
    enum bn_status status = bn_sql_int(
        store, err, point_id,
        "SELECT point_id FROM point WHERE run_id = ? AND state = 'planned' ORDER BY ordinal LIMIT 1", "i", run_id);
    if (status || !*point_id) return status;
    status = bn_sql_int(store, err, &place, "SELECT ordinal FROM point WHERE point_id = ?", "i", *point_id);
    *ordinal = (uint32_t)place;
    return status ? status
                  : bn_sql_run(store, err,
                               "UPDATE point SET state = 'claimed', owner = ?, lease_until = ?, attempts = attempts + "
                               "1 WHERE point_id = ?",
                               "sii", store->owner, (int64_t)time(NULL) + lease_s, *point_id);
}

enum bn_status bn_store_claim(struct bn_store *store, int64_t run_id, int lease_s, uint32_t *ordinal, int64_t *point_id,
                              struct bn_error *err)
{
    *point_id = 0;
    enum bn_status status = bn_store_begin(store, err);
    if (status) return status;
    status = free_abandoned(store, run_id, err);
    if (!status) status = take_next(store, run_id, lease_s, ordinal, point_id, err);
    if (!status) status = bn_store_commit(store, err);
    if (status) bn_store_rollback(store);
    return status;
}

enum bn_status bn_store_lease(struct bn_store *store, int64_t point_id, int lease_s, struct bn_error *err)
{
    return bn_sql_run(store, err,
                      "UPDATE point SET lease_until = ? WHERE point_id = ? AND owner = ? AND state = 'claimed'", "iis",
                      (int64_t)time(NULL) + lease_s, point_id, store->owner);
}

enum bn_status bn_store_unclaim(struct bn_store *store, int64_t point_id, struct bn_error *err)
{
    return bn_sql_run(store, err,
                      "UPDATE point SET state = 'planned', owner = NULL, lease_until = NULL WHERE point_id = ? AND "
                      "owner = ? AND state = 'claimed'",
                      "is", point_id, store->owner);
}
