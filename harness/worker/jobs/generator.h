/* generator.h - what the jobs that generate text have in common: the loop, its output and its end. */
#ifndef BN_WORKER_JOBS_GENERATOR_H
#define BN_WORKER_JOBS_GENERATOR_H
#include "harness/worker/job.h"

/* Continues ids[0 .. fill]; the job's state is the generator. The first `fill` of them are in the session. */
enum bn_status bn_job_generator_open(struct bn_job *job, const int32_t *ids, const struct bn_generator_options *options,
                                     struct bn_error *err);
enum bn_status bn_job_generator_work(struct bn_job *job, struct bn_error *err); /* hashes ids and text */
void bn_job_generator_finish(struct bn_job *job); /* and empties the session: it no longer holds the fixed sequence */
#endif
