/* status.c - error sentences. */
#include "engine/core/status.h"
#include <stdarg.h>
#include <stdio.h>

enum bn_status bn_error_set(struct bn_error *err, enum bn_status status, const char *format, va_list args)
{
    char text[sizeof err->text];
    if (!err) return status;
    vsnprintf(text, sizeof text, format, args);
    bn_printable(err->text, sizeof err->text, text);
    return err->status = status;
}

enum bn_status bn_fail(struct bn_error *err, enum bn_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bn_error_set(err, status, format, args);
    va_end(args);
    return status;
}

enum bn_status bn_fail_memory(struct bn_error *err, const char *what, size_t bytes)
{
    return bn_fail(err, BN_ERR_MEMORY, "Could not allocate %zu bytes for %s.", bytes, what);
}
