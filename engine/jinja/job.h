/* job.h - what parsing and rendering share: memory that is freed all at once, limits on work, and one way out of an
 * error. Functions that take a job never return failure: bn_jinja_fail leaves them through the job's jump buffer, and
 * everything they allocated belongs to the job's arena. */
#ifndef BN_JINJA_JOB_H
#define BN_JINJA_JOB_H
#include "engine/core/arena.h"
#include "engine/core/status.h"
#include <setjmp.h>

enum { BN_JINJA_DEPTH = 200 }; /* nesting of expressions and statements, and of macro calls */

enum bn_jinja_settings {
    BN_JINJA_CHAT, /* transformers': trim_blocks, lstrip_blocks; what is undefined is written as nothing */
    BN_JINJA_TASK, /* lm-evaluation-harness's: StrictUndefined, keep_trailing_newline */
};

struct bn_jinja_job {
    struct bn_arena arena;
    size_t bytes_left, steps_left; /* what the template may still allocate and do */
    const char *what;              /* "chat template", for messages */
    enum bn_jinja_settings settings;
    int line, depth; /* of the template, for messages; nesting now */
    jmp_buf escape;
    enum bn_status status;
    struct bn_error *err;
};

/* Leaves the job with `The WHAT cannot be rendered (line N): ...`. */
_Noreturn void bn_jinja_fail(struct bn_jinja_job *job, enum bn_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Zeroed memory of n * size bytes; never NULL. */
void *bn_jinja_alloc(struct bn_jinja_job *job, size_t n, size_t size);
/* Counts n units of work; a template that does more than its input can explain is stopped. */
void bn_jinja_step(struct bn_jinja_job *job, size_t n);
/* One level deeper, until bn_jinja_leave. */
void bn_jinja_enter(struct bn_jinja_job *job);
static inline void bn_jinja_leave(struct bn_jinja_job *job) { job->depth--; }
#endif
