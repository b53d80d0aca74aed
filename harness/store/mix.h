/* mix.h - the one SQL function that the seals of a database are computed with (seals.sql). It and the SQL texts of this
 * folder are all that a reader of the database shares with its writer. */
#ifndef BN_STORE_MIX_H
#define BN_STORE_MIX_H
#include <sqlite3.h>

/* Defines bn_mix(value, ...) for this connection: a number of 32 bits that depends on every value, its type and its
 * place; NULL is a value. The same on every machine. Returns SQLite's code. */
int bn_mix_define(sqlite3 *db);
#endif
