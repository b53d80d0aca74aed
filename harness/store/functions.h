/* functions.h - SQL functions for readers of the database whose answers SQL alone cannot give, or gives slowly. */
#ifndef BN_STORE_FUNCTIONS_H
#define BN_STORE_FUNCTIONS_H
#include <sqlite3.h>

/* Defines for this connection aggregates, which leave NULLs out, and what reads one of them:
 *   bn_sorted(x)                      a blob of all numbers in order; x may be such a blob: then it joins them
 *   bn_at(blob, i)                    the i-th of a blob, from 1; NULL beyond its ends
 *   bn_median(x)                      NULL of nothing
 *   bn_changes(order, x, related)     steps and drifts of a series of log times as `bitnet-bench history` finds them
 *       (change_point.h): a JSON array of {"drifts", "from", "to", "low", "high", "ratio"}, whose places are values of
 *       `order`. related: x is a ratio to a reference of the same run.
 * Returns SQLite's code. */
int bn_functions_define(sqlite3 *db);
#endif
