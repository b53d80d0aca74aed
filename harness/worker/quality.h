/* quality.h - what a configuration answers, beside how fast it is: tasks and texts of a request's `quality`, run by the
 * suites (suites/suite.h) with the very settings that were timed. */
#ifndef BN_WORKER_QUALITY_H
#define BN_WORKER_QUALITY_H
#include "harness/worker/subject.h"

/* Writes {"score": ...} and {"item": ...} lines (reply.h). Keys and values have the type that runs have, not that of
 * bitnet-eval; the reference of a text is the model at its defaults, or another model. */
enum bn_status bn_quality_run(const struct bn_subject *subject, FILE *out, struct bn_error *err);
#endif
