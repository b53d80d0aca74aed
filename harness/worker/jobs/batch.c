/* batch.c - N steps of four sequences that are decoded together, each after FILL tokens of its own. */
#include "harness/core/error.h"
#include "harness/core/fnv.h"
#include "harness/worker/job.h"

enum { SEQUENCES = 4, APART = 7 }; /* each begins that many tokens later in the fixed sequence */

static enum bn_status prepare(struct bn_job *job, struct bn_error *err)
{
    const struct bn_batch_options options = {.n_sequences = SEQUENCES, .n_ctx = job->fill + job->n, .hash = true};
    struct bn_batch *batch = NULL;
    int sequence, n_ready;
    if (!job->fill || job->fill + job->n + SEQUENCES * APART > job->n_ids)
        return bn_harness_fail(err, BN_ERR_USAGE, "A batch needs 1 to %d tokens, not %d after %d.",
                               job->n_ids - SEQUENCES * APART, job->n, job->fill);
    enum bn_status status = bn_batch_open(&batch, bn_session_crew(job->session), &options, err);
    job->state = batch;
    for (int i = 0; i < SEQUENCES && !status; i++)
        status = bn_batch_add(batch, job->ids + i * APART, (size_t)job->fill, &sequence, err);
    for (int i = 0; i < SEQUENCES && !status; i++)
        while (!status && bn_batch_position(batch, i) < job->fill) status = bn_batch_step(batch, &n_ready, err);
    return status;
}

static enum bn_status work(struct bn_job *job, struct bn_error *err)
{
    struct bn_batch *batch = job->state;
    enum bn_status status = BN_OK;
    int n_ready;
    for (int step = 0; step < job->n && !status; step++) {
        for (int i = 0; i < SEQUENCES && !status; i++)
            status = bn_batch_put(batch, i, job->ids[job->fill + i * APART + step], err);
        if (!status) status = bn_batch_step(batch, &n_ready, err);
    }
    job->hash = BN_FNV_BASIS;
    for (int i = 0; i < SEQUENCES && !status; i++) job->hash = bn_fnv_add(job->hash, bn_batch_logits_hash(batch, i));
    return status;
}

static void finish(struct bn_job *job)
{
    if (job->state) bn_batch_close(job->state);
}

const struct bn_job_kind bn_job_batch = {"batch", true, false, BN_PHASE_DECODE, prepare, work, finish};
