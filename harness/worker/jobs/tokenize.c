/* tokenize.c - the token ids of a text of N bytes, which is that of the fixed sequence. */
#include "harness/core/error.h"
#include "harness/core/fnv.h"
#include "harness/worker/job.h"
#include <stdlib.h>
#include <string.h>

struct text {
    size_t n;
    int32_t *ids; /* [n] */
    char bytes[];
};

static enum bn_status prepare(struct bn_job *job, struct bn_error *err)
{
    size_t n = (size_t)job->n, at = 0;
    struct text *text = malloc(sizeof *text + n);
    job->state = text;
    if (text) *text = (struct text){.n = n, .ids = malloc(n * sizeof *text->ids)};
    if (!text || !text->ids) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for %zu bytes.", n);
    memset(text->bytes, ' ', n);
    for (int i = 0; at < n && i < job->n_ids; i++) {
        struct bn_text token = bn_token_bytes(bn_session_model(job->session), job->ids[i], false);
        size_t more = token.n < n - at ? token.n : n - at;
        memcpy(text->bytes + at, token.bytes, more);
        at += more;
    }
    return BN_OK;
}

static enum bn_status work(struct bn_job *job, struct bn_error *err)
{
    const struct text *text = job->state;
    size_t n = 0;
    enum bn_status status =
        bn_tokenize(bn_session_model(job->session), text->bytes, text->n, 0, text->ids, text->n, &n, err);
    job->hash = BN_FNV_BASIS;
    for (size_t i = 0; i < n && i < text->n && !status; i++) job->hash = bn_fnv_add(job->hash, (uint32_t)text->ids[i]);
    return status;
}

static void finish(struct bn_job *job)
{
    struct text *text = job->state;
    if (text) free(text->ids);
    free(text);
}

const struct bn_job_kind bn_job_tokenize = {"tokenize", false, false,  BN_PHASE_PREFILL,
                                            prepare,    work,  finish, .off_model = true};
