/* jinja.c - one rendering from source to text. */
#include "engine/jinja/jinja.h"
#include "engine/jinja/parser.h"
#include "engine/jinja/run.h"
#include <stdlib.h>

/* What a template may use besides what its input explains: a fixed part for short chats, and so many times the size of
 * template and messages (templates copy each message some times). */
enum { FREE_BYTES = 64 << 20, BYTES_PER_BYTE = 64, FREE_STEPS = 4 << 20, STEPS_PER_BYTE = 16 };

static void copy_result(struct bn_jinja_job *job, struct bn_jinja_result *result, struct bn_jinja_text text)
{
    result->bytes = malloc(text.n + 1);
    result->marks = calloc(text.n + 1, 1);
    if (!result->bytes || !result->marks) {
        job->status = bn_fail_memory(job->err, job->what, 2 * text.n);
        return;
    }
    memcpy(result->bytes, text.bytes, text.n);
    if (text.marks) memcpy(result->marks, text.marks, text.n);
    result->bytes[result->n = text.n] = '\0';
}

static void render(struct bn_jinja_job *job, struct bn_jinja_result *result, const struct bn_jinja_source *source,
                   bn_jinja_globals *fill, void *self)
{
    if (setjmp(job->escape)) return;
    struct bn_jinja_builder out = {.job = job};
    struct bn_jinja_scope globals = {0};
    struct bn_jinja_run run = {.job = job, .out = &out, .scope = &globals};
    const struct bn_jinja_node *first = bn_jinja_parse(job, source->bytes, source->n);
    fill(self, job, &globals.variables);
    bn_jinja_execute(&run, first);
    copy_result(job, result, bn_jinja_built(&out));
}

enum bn_status bn_jinja_render(struct bn_jinja_result *result, const struct bn_jinja_source *source, size_t input_bytes,
                               bn_jinja_globals *fill, void *self, struct bn_error *err)
{
    struct bn_jinja_job job = {.what = source->what,
                               .settings = source->settings,
                               .bytes_left = FREE_BYTES + (source->n + input_bytes) * BYTES_PER_BYTE,
                               .steps_left = FREE_STEPS + (source->n + input_bytes) * STEPS_PER_BYTE,
                               .err = err};
    *result = (struct bn_jinja_result){0};
    render(&job, result, source, fill, self);
    bn_arena_release(&job.arena);
    if (job.status != BN_OK) bn_jinja_release(result);
    return job.status;
}

void bn_jinja_release(struct bn_jinja_result *result)
{
    free(result->bytes);
    free(result->marks);
    *result = (struct bn_jinja_result){0};
}
