/* op_profile.h - time, calls and declared work per layer, operation and thread, from the engine's observer, in passes
 * of their own: the clock reads would lengthen timed samples. */
#ifndef BN_WORKER_OP_PROFILE_H
#define BN_WORKER_OP_PROFILE_H
#include "harness/worker/subject.h"

/* Writes one {"op": ...} line for each layer, operation and thread that ran. */
enum bn_status bn_op_profile(struct bn_subject *subject, FILE *out, struct bn_error *err);
#endif
