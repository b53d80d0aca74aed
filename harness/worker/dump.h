/* dump.h - the logits of a job as a file, so that two builds whose hashes differ can be told how far apart they are. */
#ifndef BN_WORKER_DUMP_H
#define BN_WORKER_DUMP_H
#include "harness/worker/job.h"

/* Does the job, prepared already, again and writes a row of n_vocab floats for every position, in this machine's byte
 * order. BN_ERR_UNSUPPORTED: its output is no logits. */
enum bn_status bn_dump_logits(const struct bn_job *job, const char *path, struct bn_error *err);
#endif
