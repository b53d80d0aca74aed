/* simulate.h - the worker's part of counting under callgrind: only the request's prefill and decode are simulated. */
#ifndef BN_WORKER_SIMULATE_H
#define BN_WORKER_SIMULATE_H
#include "harness/worker/subject.h"

/* One repetition to warm the simulated caches and one that is counted; each phase is dumped under its name ("prefill",
 * "decode"). Outside valgrind: the plain repetition. */
enum bn_status bn_simulate_pass(struct bn_subject *subject, struct bn_error *err);
#endif
