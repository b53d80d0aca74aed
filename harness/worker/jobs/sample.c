/* sample.c - N choices of the sampler among fixed logits, with every filter that it has. */
#include "harness/core/error.h"
#include "harness/core/fnv.h"
#include "harness/worker/job.h"
#include <stdlib.h>

struct choice {
    struct bn_sampler *sampler;
    float logits[];
};

static enum bn_status prepare(struct bn_job *job, struct bn_error *err)
{
    const struct bn_sampler_options options = {.temperature = 0.8f,
                                               .top_k = 1000,
                                               .top_p = 0.95f,
                                               .min_p = 0.01f,
                                               .repetition_penalty = 1.1f,
                                               .repetition_window = 64,
                                               .seed = 158};
    int n_vocab = bn_model_info(bn_session_model(job->session))->n_vocab;
    struct choice *choice = calloc(1, sizeof *choice + (size_t)n_vocab * sizeof *choice->logits);
    job->state = choice;
    if (!choice) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for %d logits.", n_vocab);
    for (int i = 0; i < n_vocab; i++) /* spread evenly from -6 to 6, in no order */
        choice->logits[i] = (float)((uint32_t)i * 2654435761u >> 16) / 65536 * 12 - 6;
    return bn_sampler_open(&choice->sampler, n_vocab, &options, err);
}

static enum bn_status work(struct bn_job *job, struct bn_error *err)
{
    const struct choice *choice = job->state;
    (void)err;
    job->hash = BN_FNV_BASIS;
    for (int i = 0; i < job->n; i++)
        job->hash = bn_fnv_add(job->hash, (uint32_t)bn_sampler_next(choice->sampler, choice->logits));
    return BN_OK;
}

static void finish(struct bn_job *job)
{
    struct choice *choice = job->state;
    if (choice) bn_sampler_close(choice->sampler);
    free(choice);
}

const struct bn_job_kind bn_job_sample = {"sample", false, false,  BN_PHASE_DECODE,
                                          prepare,  work,  finish, .off_model = true};
