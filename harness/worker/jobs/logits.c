/* logits.c - N tokens at once after FILL, with the logits of each, as evaluation takes them. */
#include "harness/worker/job.h"

static void pass_over(void *self, size_t pos, const float *logits) { (void)self, (void)pos, (void)logits; }

static enum bn_status work(struct bn_job *job, struct bn_error *err)
{
    return bn_prefill_logits(job->session, job->ids + job->fill, (size_t)job->n, 0, pass_over, NULL, err);
}

const struct bn_job_kind bn_job_logits = {"logits", true, true, BN_PHASE_PREFILL, .work = work};
