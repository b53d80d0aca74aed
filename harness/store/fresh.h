/* fresh.h - a trustworthy copy of a foreign database: our own tables, filled row by row. */
#ifndef BN_STORE_FRESH_H
#define BN_STORE_FRESH_H
#include "harness/store/sql.h"

/* Makes the new file `copy` with the rows of the database at `path`, brought to this program's version. Of the other
 * file nothing but the columns of its tables is read, and it is not changed. The caller unlinks `copy`, also after a
 * failure. */
enum bn_status bn_store_fresh_copy(const char *path, const char *copy, struct bn_error *err);
#endif
