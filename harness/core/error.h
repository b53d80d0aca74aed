/* error.h - how harness code reports failure: `return bn_harness_fail(err, BN_ERR_FORMAT, "%s: ...", path);` */
#ifndef BN_HARNESS_ERROR_H
#define BN_HARNESS_ERROR_H
#include "engine/bitnet.h"

/* Fills *err (may be NULL) with one sentence and returns `status`. */
enum bn_status bn_harness_fail(struct bn_error *err, enum bn_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#endif
