/* dump.c - computes a job's tokens and writes every row of logits. */
#include "harness/worker/dump.h"
#include "engine/files.h"
#include "harness/core/error.h"
#include <stdio.h>

struct rows {
    FILE *file;
    size_t n_vocab;
};

static void put(void *self, size_t pos, const float *logits)
{
    const struct rows *rows = self;
    (void)pos;
    fwrite(logits, sizeof *logits, rows->n_vocab, rows->file);
}

static enum bn_status compute(const struct bn_job *job, struct rows *rows, struct bn_error *err)
{
    const int32_t *ids = job->ids + job->fill;
    if (job->kind->phase == BN_PHASE_PREFILL)
        return bn_prefill_logits(job->session, ids, (size_t)job->n, 0, put, rows, err);
    enum bn_status status = BN_OK;
    for (int i = 0; i < job->n && !status; i++) {
        status = bn_decode(job->session, ids[i], err);
        if (!status) put(rows, (size_t)i, bn_logits(job->session));
    }
    return status;
}

enum bn_status bn_dump_logits(const struct bn_job *job, const char *path, struct bn_error *err)
{
    struct bn_output *out;
    if (!job->kind->logits)
        return bn_harness_fail(err, BN_ERR_UNSUPPORTED, "The output of \"%s\" is no logits.", job->kind->name);
    enum bn_status status = bn_output_open(&out, path, err);
    if (status) return status;
    struct rows rows = {bn_output_stream(out), (size_t)bn_model_info(bn_session_model(job->session))->n_vocab};
    status = compute(job, &rows, err);
    if (!status) return bn_output_commit(out, err);
    bn_output_discard(out);
    return status;
}
