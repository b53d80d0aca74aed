/* fail.c - one place that writes the suites' error sentences. */
#include "suites/fail.h"
#include <stdarg.h>

enum bn_status bn_suites_fail(struct bn_error *err, enum bn_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bn_error_set(err, status, format, args);
    va_end(args);
    return status;
}

enum bn_status bn_suites_fail_memory(struct bn_error *err)
{
    return bn_suites_fail(err, BN_ERR_MEMORY,
                          "Out of memory in an evaluation; use fewer items (--limit) or a smaller context.");
}
