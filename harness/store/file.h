/* file.h - the file of a database and its log: what may be opened, and how it is left behind.
 *
 * While a program writes, changes go into FILE-wal first; they move into the file after every point, and the last
 * program to close the database ends the log, so that a database at rest is one complete file. */
#ifndef BN_STORE_FILE_H
#define BN_STORE_FILE_H
#include "harness/store/sql.h"

/* Opens store->db. A missing, empty or special file, a folder, and a log without its database get a sentence each.
 * READ on a folder that cannot be written to works when there is no log; store->note says when the file should have
 * one.
 */
enum bn_status bn_file_open(struct bn_store *store, enum bn_store_mode mode, struct bn_error *err);
/* Starts the log. */
enum bn_status bn_file_log(struct bn_store *store, struct bn_error *err);
/* Moves what is in the log into the file, as far as nobody reads it. */
void bn_file_checkpoint(struct bn_store *store);
void bn_file_close(struct bn_store *store);
#endif
