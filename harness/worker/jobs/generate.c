/* generate.c - the loop of bitnet-run: a text of N tokens sampled after a prompt of FILL, with its bytes. */
#include "harness/worker/jobs/generator.h"

static enum bn_status prepare(struct bn_job *job, struct bn_error *err)
{
    static const struct bn_sampler_options sampling = {.temperature = 0.8f,
                                                       .top_k = 40,
                                                       .top_p = 0.95f,
                                                       .min_p = 0.05f,
                                                       .repetition_penalty = 1.1f,
                                                       .repetition_window = 64,
                                                       .seed = 158};
    const struct bn_generator_options options = {.max_new_tokens = job->n, .sampling = &sampling, .ignore_eos = true};
    enum bn_status status = bn_job_fill(job, err);
    return status ? status : bn_job_generator_open(job, job->ids, &options, err);
}

const struct bn_job_kind bn_job_generate = {
    "generate", true, false, BN_PHASE_DECODE, prepare, bn_job_generator_work, bn_job_generator_finish};
