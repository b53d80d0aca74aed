/* decode.c - N tokens after FILL, one by one. */
#include "harness/worker/job.h"

static enum bn_status work(struct bn_job *job, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (int i = 0; i < job->n && !status; i++) status = bn_decode(job->session, job->ids[job->fill + i], err);
    return status;
}

const struct bn_job_kind bn_job_decode = {"decode", true, true, BN_PHASE_DECODE, .work = work};
