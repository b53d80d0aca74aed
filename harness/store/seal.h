/* seal.h - seals on rows: a checksum over a fingerprint, config, run or point and all rows that belong to it
 * (seals.sql), written with them, so that a reader misses rows that a damaged file lost or exchanged. */
#ifndef BN_STORE_SEAL_H
#define BN_STORE_SEAL_H
#include "harness/store/sql.h"

/* Makes seals known to this connection; before anything below. */
enum bn_status bn_seal_define(struct bn_store *store, struct bn_error *err);
/* Seals a row as it is now. kind: "fingerprint", "config", "run" or "point". */
enum bn_status bn_seal(struct bn_store *store, const char *kind, int64_t id, struct bn_error *err);
/* A statement that changes what belongs to a run, as bn_sql_run; the run is sealed when the transaction ends. */
enum bn_status bn_seal_run_write(struct bn_store *store, int64_t run_id, struct bn_error *err, const char *sql,
                                 const char *types, ...);
/* The same for a statement that ran already, inside a transaction. */
enum bn_status bn_seal_run_later(struct bn_store *store, int64_t run_id, struct bn_error *err);
/* BN_ERR_FORMAT and a sentence that names the first row whose seal is broken. */
enum bn_status bn_seal_check(struct bn_store *store, struct bn_error *err);
/* The same for what a merge is about to add (merge.sql). */
enum bn_status bn_seal_check_merged(struct bn_store *store, struct bn_error *err);
#endif
