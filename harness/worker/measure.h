/* measure.h - the worker's side: opens a model, runs a request's passes, writes JSON lines (reply.h).
 * What is timed is bn_prefill and bn_decode alone: token ids are fixed, and the logits are hashed between the timed
 * calls, so that every sample carries the hash of what it computed. */
#ifndef BN_WORKER_MEASURE_H
#define BN_WORKER_MEASURE_H
#include "harness/worker/request.h"

/* The hash of one repetition is FNV-1a over the 32-bit words of every logits row, as bn_session_logits_hash.
 * Repetitions that disagree are an error. */
enum bn_status bn_measure(const struct bn_request *request, FILE *out, struct bn_error *err);
#endif
