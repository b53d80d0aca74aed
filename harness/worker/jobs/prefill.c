/* prefill.c - N tokens at once after FILL: the last one's logits. */
#include "harness/worker/job.h"

static enum bn_status work(struct bn_job *job, struct bn_error *err)
{
    return bn_prefill(job->session, job->ids + job->fill, (size_t)job->n, err);
}

const struct bn_job_kind bn_job_prefill = {"prefill", true, true, BN_PHASE_PREFILL, .work = work};
