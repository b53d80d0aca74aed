/* draft.c - greedy decoding of N tokens with drafts from the text itself, after FILL tokens that repeat every 16. */
#include "harness/core/error.h"
#include "harness/worker/jobs/generator.h"
#include <stdlib.h>

enum { PERIOD = 16, DRAFT = 8 };

static enum bn_status prepare(struct bn_job *job, struct bn_error *err)
{
    const struct bn_generator_options options = {
        .max_new_tokens = job->n, .ignore_eos = true, .ids_only = true, .prompt_lookup = DRAFT};
    int32_t *ids = malloc(sizeof *ids * ((size_t)job->fill + 1));
    if (!ids) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for %d token ids.", job->fill);
    for (int i = 0; i <= job->fill; i++) ids[i] = job->ids[i % PERIOD];
    bn_session_truncate(job->session, 0);
    enum bn_status status = job->fill ? bn_prefill(job->session, ids, (size_t)job->fill, err) : BN_OK;
    if (!status) status = bn_job_generator_open(job, ids, &options, err);
    free(ids);
    return status;
}

const struct bn_job_kind bn_job_draft = {
    "draft", true, false, BN_PHASE_DECODE, prepare, bn_job_generator_work, bn_job_generator_finish};
