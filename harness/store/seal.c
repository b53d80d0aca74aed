/* seal.c - writes seals and compares them with the rows. */
#include "harness/store/seal.h"
#include "harness/store/mix.h"
#include "harness/core/error.h"
#include <stdio.h>

static const char seals_sql[] =
#include "harness/store/seals.sql.h"
    ;

enum bn_status bn_seal_define(struct bn_store *store, struct bn_error *err)
{
    return bn_mix_define(store->db, &store->inserted) ? bn_sql_fail(store, err) : bn_sql_script(store, seals_sql, err);
}

enum bn_status bn_seal(struct bn_store *store, const char *kind, int64_t id, struct bn_error *err)
{
    char sql[160];
    snprintf(sql, sizeof sql, "UPDATE main.%s SET seal = (SELECT now FROM seal_of_%s WHERE id = ?1) WHERE %s_id = ?1",
             kind, kind, kind);
    return bn_sql_run(store, err, sql, "i", id);
}

enum bn_status bn_seal_run_later(struct bn_store *store, int64_t run_id, struct bn_error *err)
{
    int64_t before = store->run_to_seal;
    store->run_to_seal = run_id;
    return before && before != run_id ? bn_seal(store, "run", before, err) : BN_OK;
}

enum bn_status bn_seal_run_write(struct bn_store *store, int64_t run_id, struct bn_error *err, const char *sql,
                                 const char *types, ...)
{
    enum bn_status status = bn_store_begin(store, err);
    if (status) return status;
    va_list args;
    va_start(args, types);
    status = bn_sql_vrun(store, err, sql, types, args);
    va_end(args);
    if (!status) status = bn_seal_run_later(store, run_id, err);
    if (!status) status = bn_store_commit(store, err);
    if (status) bn_store_rollback(store);
    return status;
}

enum bn_status bn_store_unsealed(struct bn_store *store, int64_t *points, int64_t *runs, struct bn_error *err)
{
    static const char sql[] = "SELECT count(*) FROM unsealed WHERE kind = ?";
    *points = *runs = 0;
    enum bn_status status = bn_sql_int(store, err, points, sql, "s", "point");
    return status ? status : bn_sql_int(store, err, runs, sql, "s", "run");
}

/* sql: names of what is broken. */
static enum bn_status check(struct bn_store *store, const char *sql, struct bn_error *err)
{
    char what[200] = "";
    enum bn_status status = bn_sql_text(store, err, what, sizeof what, sql, "");
    if (!status && what[0])
        status =
            bn_harness_fail(err, BN_ERR_FORMAT,
                            "The database %s is damaged: the rows of %s are not those that were stored. Restore it "
                            "from a copy, or set their seal to NULL if you changed them.",
                            store->path, what);
    return status;
}

enum bn_status bn_seal_check(struct bn_store *store, struct bn_error *err)
{
    return check(store, "SELECT kind || ' ' || name FROM broken_seals LIMIT 1", err);
}

enum bn_status bn_seal_check_merged(struct bn_store *store, struct bn_error *err)
{
    return check(
        store,
        "SELECT 'fingerprint ' || name FROM seal_of_fingerprint WHERE seal <> now AND id IN (SELECT here FROM "
        "fingerprint_here) UNION ALL SELECT 'config ' || name FROM seal_of_config WHERE seal <> now AND id IN "
        "(SELECT here FROM config_here) UNION ALL SELECT 'run ' || name FROM seal_of_run WHERE seal <> now AND "
        "id IN (SELECT here FROM run_here) UNION ALL SELECT 'point ' || name FROM seal_of_point WHERE seal <> "
        "now AND id IN (SELECT here FROM point_here) LIMIT 1",
        err);
}
