/* error.c - one sentence into struct bn_error. */
#include "harness/core/error.h"
#include <stdarg.h>

enum bn_status bn_harness_fail(struct bn_error *err, enum bn_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bn_error_set(err, status, format, args);
    va_end(args);
    return status;
}
