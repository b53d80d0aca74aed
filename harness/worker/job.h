/* job.h - pieces of fixed work that a worker does for the gate, each a file in jobs/ and a line in jobs.list. A job is
 * named with numbers
 * ("decode 4 64"): how much, and for most after how many tokens. The tokens are a fixed sequence, so equal work has
 * equal output. */
#ifndef BN_WORKER_JOB_H
#define BN_WORKER_JOB_H
#include "engine/bitnet.h"
#include <jansson.h>

struct bn_job_kind;
struct bn_job {
    const struct bn_job_kind *kind;
    int n, fill;
    /* where it runs, set by the worker */
    struct bn_session *session;
    const int32_t *ids; /* [n_ids] */
    int n_ids;
    /* the job's own */
    uint64_t hash; /* of what it gave; of a session's logits where the session hashes */
    void *state;
};
struct bn_job_kind {
    const char *name;
    bool after;          /* takes a second number, 0 where it is missing */
    bool logits;         /* its output is the session's logits */
    enum bn_phase phase; /* that it is counted as */
    enum bn_status (*prepare)(struct bn_job *job, struct bn_error *err); /* not timed; NULL: bn_job_fill */
    enum bn_status (*work)(struct bn_job *job, struct bn_error *err);
    void (*finish)(struct bn_job *job); /* also after a failure; NULL: nothing to do */
    bool off_model;                     /* the model computes nothing: there is no declared work */
};
enum { BN_JOB_TOKENS_MOST = 1 << 20 };
/* "decode 4 64"; false: no job has that form. */
bool bn_job_parse(struct bn_job *job, const char *text);
/* Brings the session to the first `fill` tokens of the sequence. */
enum bn_status bn_job_fill(struct bn_job *job, struct bn_error *err);
enum bn_status bn_job_prepare(struct bn_job *job, struct bn_error *err);
void bn_job_finish(struct bn_job *job);
json_t *bn_job_names(void);                     /* the caller decrefs */
uint64_t bn_job_hash(const struct bn_job *job); /* after the work, before bn_job_finish */
#endif
