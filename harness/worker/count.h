/* count.h - passes that count events (pmu.h): one per hardware group for the phases, and one more per group for the
 * operations if the request wants those. None of them is timed. */
#ifndef BN_WORKER_COUNT_H
#define BN_WORKER_COUNT_H
#include "harness/worker/subject.h"

/* Writes one {"counter": ...} line for each value or missing event. */
enum bn_status bn_count_pass(struct bn_subject *subject, FILE *out, struct bn_error *err);
#endif
