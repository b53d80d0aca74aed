/* intact.c - whether a database is sound: every page, every index, every row points to something, and all that was
 * stored is there. */
#include "harness/store/seal.h"
#include "harness/core/error.h"

/* The CHECKs of the file are another program's words and are not run. */
bool bn_store_intact(struct bn_store *store, struct bn_error *err)
{
    char damage[400] = "";
    enum bn_status status = bn_sql_script(store, "PRAGMA ignore_check_constraints = ON", err);
    if (!status)
        status = bn_sql_text(store, err, damage, sizeof damage,
                             "SELECT integrity_check FROM pragma_integrity_check(1) WHERE integrity_check <> 'ok'", "");
    if (!status && !damage[0])
        status = bn_sql_text(store, err, damage, sizeof damage,
                             "SELECT 'a row of table ' || \"table\" || ' points to nothing' FROM "
                             "pragma_foreign_key_check LIMIT 1",
                             "");
    bn_sql_script(store, "PRAGMA ignore_check_constraints = OFF", NULL);
    if (!status && damage[0])
        status = bn_harness_fail(err, BN_ERR_FORMAT, "The database %s is damaged: %s. Restore it from a copy.",
                                 store->path, damage);
    if (!status) status = bn_seal_check(store, err);
    return status == BN_OK;
}
