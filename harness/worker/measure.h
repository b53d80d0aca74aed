/* measure.h - the worker's side: opens a model, runs a request's passes, writes JSON lines (reply.h).
 * What is timed is bn_prefill, bn_generator_compute and bn_batch_step alone: the prompt is given, and greedy decoding
 * continues it whatever the options, so that every option of the registry does its work. A first repetition, not timed,
 * hashes all logits; the timed ones must choose the same tokens with the same logits. */
#ifndef BN_WORKER_MEASURE_H
#define BN_WORKER_MEASURE_H
#include "harness/worker/request.h"

/* The hash is bn_session_logits_hash of the first repetition, the same for all EXACT options and for every sequence of
 * those that are decoded together.
 * Repetitions that disagree are an error. */
enum bn_status bn_measure(const struct bn_request *request, FILE *out, struct bn_error *err);
#endif
