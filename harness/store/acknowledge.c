/* acknowledge.c - stores that a change of a series is known. */
#include "harness/store/sql.h"

static enum bn_status store_and_seal(struct bn_store *store, const struct bn_acknowledgement *a, struct bn_error *err)
{
    enum bn_status status =
        bn_sql_run(store, err,
                   "INSERT OR REPLACE INTO acknowledgement (run_id, config_id, phase, ratio, why, acknowledged_at)"
                   " VALUES (?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
                   "iisds", a->run_id, a->config_id, a->phase, a->ratio, a->why);
    /* a run of an older version has no seal, and gets none: nobody knows whether its rows are those that were stored */
    return status ? status
                  : bn_sql_run(store, err,
                               "UPDATE main.run SET seal = (SELECT now FROM seal_of_run WHERE id = ?1) WHERE run_id = "
                               "?1 AND seal IS NOT NULL",
                               "i", a->run_id);
}

enum bn_status bn_store_acknowledge(struct bn_store *store, const struct bn_acknowledgement *a, struct bn_error *err)
{
    enum bn_status status = bn_store_begin(store, err);
    if (status) return status;
    status = store_and_seal(store, a, err);
    if (!status) status = bn_store_commit(store, err);
    if (status) bn_store_rollback(store);
    return status;
}
