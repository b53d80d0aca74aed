/* generator.c - opens a generator, runs it to its end, closes it. */
#include "harness/worker/jobs/generator.h"
#include "harness/core/fnv.h"

enum bn_status bn_job_generator_open(struct bn_job *job, const int32_t *ids, const struct bn_generator_options *options,
                                     struct bn_error *err)
{
    struct bn_generator *generator = NULL;
    enum bn_status status = bn_generator_open(&generator, job->session, ids, (size_t)job->fill + 1, options, err);
    job->state = generator;
    return status;
}

enum bn_status bn_job_generator_work(struct bn_job *job, struct bn_error *err)
{
    struct bn_generated step = {0};
    enum bn_status status = BN_OK;
    job->hash = BN_FNV_BASIS;
    while (!status && !step.end) {
        status = bn_generator_next(job->state, &step, err);
        for (size_t i = 0; i < step.n && !status; i++) job->hash = bn_fnv_add(job->hash, (uint32_t)step.ids[i]);
        for (size_t i = 0; i < step.text.n && !status; i++)
            job->hash = bn_fnv_add(job->hash, (unsigned char)step.text.bytes[i]);
    }
    return status;
}

void bn_job_generator_finish(struct bn_job *job)
{
    if (job->state) bn_generator_close(job->state);
    bn_session_truncate(job->session, 0);
}
