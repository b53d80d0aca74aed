/* job.c - finds a job by its words and puts the session where it begins. */
#include "harness/worker/job.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <string.h>

#define JOB(name) extern const struct bn_job_kind bn_job_##name;
#include "harness/worker/jobs.list"
#undef JOB
static const struct bn_job_kind *const kinds[] = {
#define JOB(name) &bn_job_##name,
#include "harness/worker/jobs.list"
#undef JOB
};

bool bn_job_parse(struct bn_job *job, const char *text)
{
    size_t n = strcspn(text, " ");
    *job = (struct bn_job){0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i]->name) == n && !strncmp(kinds[i]->name, text, n)) job->kind = kinds[i];
    if (!job->kind) return false;
    int end = -1;
    sscanf(text += n, " %d %n", &job->n, &end);
    if (end > 0 && text[end] && job->kind->after) {
        text += end, end = -1;
        sscanf(text, "%d %n", &job->fill, &end);
    }
    return end > 0 && !text[end] && job->n > 0 && job->fill >= 0 && job->n < BN_JOB_TOKENS_MOST &&
           job->fill < BN_JOB_TOKENS_MOST;
}

enum bn_status bn_job_fill(struct bn_job *job, struct bn_error *err)
{
    int fill = job->fill, position = bn_session_position(job->session), n_ctx = bn_session_n_ctx(job->session);
    if (job->n + fill > n_ctx)
        return bn_harness_fail(err, BN_ERR_CONTEXT, "%d tokens do not fit a context of %d; give --n_ctx.",
                               job->n + fill, n_ctx);
    if (position > fill) position = bn_session_truncate(job->session, fill);
    if (position >= fill) return BN_OK;
    return bn_prefill(job->session, job->ids + position, (size_t)(fill - position), err);
}

enum bn_status bn_job_prepare(struct bn_job *job, struct bn_error *err)
{
    return job->kind->prepare ? job->kind->prepare(job, err) : bn_job_fill(job, err);
}

void bn_job_finish(struct bn_job *job)
{
    if (job->kind->finish) job->kind->finish(job);
}

uint64_t bn_job_hash(const struct bn_job *job)
{
    return job->kind->logits ? bn_session_logits_hash(job->session) : job->hash;
}

json_t *bn_job_names(void)
{
    json_t *names = json_array();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) json_array_append_new(names, json_string(kinds[i]->name));
    return names;
}
