/* job.c - memory, limits and errors of one rendering. */
#include "engine/jinja/job.h"
#include <stdarg.h>
#include <stdio.h>

_Noreturn void bn_jinja_fail(struct bn_jinja_job *job, enum bn_status status, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    job->status = bn_fail(job->err, status, "The %s cannot be rendered (line %d): %s", job->what, job->line, text);
    longjmp(job->escape, 1);
}

void *bn_jinja_alloc(struct bn_jinja_job *job, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > job->bytes_left)
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it needs more memory than its input can explain.");
    void *memory = bn_arena_alloc(&job->arena, n, size);
    if (!memory) job->status = bn_fail_memory(job->err, job->what, bytes), longjmp(job->escape, 1);
    job->bytes_left -= bytes;
    return memory;
}

void bn_jinja_step(struct bn_jinja_job *job, size_t n)
{
    if (n > job->steps_left) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it does more work than its input can explain.");
    job->steps_left -= n;
}

void bn_jinja_enter(struct bn_jinja_job *job)
{
    if (++job->depth > BN_JINJA_DEPTH)
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it is nested more than %d levels deep.", BN_JINJA_DEPTH);
}
