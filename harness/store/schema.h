/* schema.h - the tables and views of the database: create, migrate, compare with what a file has. */
#ifndef BN_STORE_SCHEMA_H
#define BN_STORE_SCHEMA_H
#include "harness/store/sql.h"

/* The version in the file; 0: it has no table yet. BN_ERR_FORMAT and a sentence: damaged, not a database, or not ours;
 * BN_ERR_UNSUPPORTED: of a newer program. */
enum bn_status bn_schema_version(struct bn_store *store, int *found, struct bn_error *err);
/* Tables of `version` in an empty database, by the steps that every database of that version went through. */
enum bn_status bn_schema_build(struct bn_store *store, int version, struct bn_error *err);
/* From version `from` to that of this program; the tables hold the same afterwards, in the new form. */
enum bn_status bn_schema_migrate(struct bn_store *store, int from, struct bn_error *err);
/* Creates what is missing, migrates what is older, and renews the views in the file (for other people's tools). */
enum bn_status bn_schema_upgrade(struct bn_store *store, int from, struct bn_error *err);
/* This program's views, and its seals, for this connection alone: what the file says about views is never run. */
enum bn_status bn_schema_own_views(struct bn_store *store, struct bn_error *err);
/* BN_ERR_FORMAT and a sentence when a table is missing, is something else, or has other columns than this version. */
enum bn_status bn_schema_check(struct bn_store *store, struct bn_error *err);
/* The same against the tables of `model`, which we made. */
enum bn_status bn_schema_compare(struct bn_store *store, struct bn_store *model, struct bn_error *err);
#endif
