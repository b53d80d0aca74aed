/* greedy.c - the loop of bitnet-run at temperature 0: N tokens after a prompt of FILL, with the screened head where the
 * model has one. */
#include "harness/worker/jobs/generator.h"

static enum bn_status prepare(struct bn_job *job, struct bn_error *err)
{
    const struct bn_generator_options options = {
        .max_new_tokens = job->n, .ignore_eos = true, .ids_only = true, .head_screening = true};
    enum bn_status status = bn_job_fill(job, err);
    return status ? status : bn_job_generator_open(job, job->ids, &options, err);
}

const struct bn_job_kind bn_job_greedy = {
    "greedy", true, false, BN_PHASE_DECODE, prepare, bn_job_generator_work, bn_job_generator_finish};
