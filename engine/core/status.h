/* status.h - how engine code reports failure: `return bn_fail(err, BN_ERR_FORMAT, "%s: ...", path);` */
#ifndef BN_CORE_STATUS_H
#define BN_CORE_STATUS_H
#include "engine/bitnet.h"

/* Fills *err (may be NULL) with one sentence and returns `status`. */
enum bn_status bn_fail(struct bn_error *err, enum bn_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The standard error for a failed allocation of `bytes` for `what`. */
enum bn_status bn_fail_memory(struct bn_error *err, const char *what, size_t bytes);
#endif
