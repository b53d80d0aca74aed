/* status.c - error sentences. */
#include "engine/core/status.h"
#include <stdarg.h>
#include <stdio.h>

enum bn_status bn_fail(struct bn_error *err, enum bn_status status, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        err->status = status;
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
    }
    return status;
}

enum bn_status bn_fail_memory(struct bn_error *err, const char *what, size_t bytes)
{
    return bn_fail(err, BN_ERR_MEMORY, "Out of memory: %zu bytes for %s could not be had.", bytes, what);
}
