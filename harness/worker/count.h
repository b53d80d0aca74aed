/* count.h - passes that are not timed: events (pmu.h), one pass per hardware group for the phases and one more per
 * group for the operations if the request wants those; and the work and time of each operation (tally.h). */
#ifndef BN_WORKER_COUNT_H
#define BN_WORKER_COUNT_H
#include "harness/worker/subject.h"

/* Writes one {"counter": ...} line for each value or missing event. */
enum bn_status bn_count_events(struct bn_subject *subject, FILE *out, struct bn_error *err);
/* Writes one {"op": ...} line for each layer, operation and thread that ran. */
enum bn_status bn_count_ops(struct bn_subject *subject, FILE *out, struct bn_error *err);
#endif
