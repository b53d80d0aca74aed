/* fail.h - fills a struct bn_error with one complete sentence; the suites never print or exit. */
#ifndef SUITES_FAIL_H
#define SUITES_FAIL_H
#include "engine/bitnet.h"

/* Writes the sentence when `err` is not NULL and returns `status`, so that callers can `return bn_suites_fail(...)`. */
enum bn_status bn_suites_fail(struct bn_error *err, enum bn_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum bn_status bn_suites_fail_memory(struct bn_error *err);
#endif
