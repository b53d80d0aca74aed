/* error.c - one sentence into struct bn_error. */
#include "harness/error.h"
#include <stdarg.h>
#include <stdio.h>

enum bn_status bn_harness_fail(struct bn_error *err, enum bn_status status, const char *format, ...)
{
    if (!err) return status;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return err->status = status;
}
