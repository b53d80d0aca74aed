/* jitter.h - the measurement of s09_cold_start_jitter without the engine, for its tests. */
#ifndef SUITES_STRESS_JITTER_H
#define SUITES_STRESS_JITTER_H
#include "suites/stress/steps.h"
#include "suites/suite.h"

struct bn_jitter {
    double ratio, median_ms, longest_ms, cpu_share; /* of the round with the lowest ratio */
};
/* What the steps of one round say. */
struct bn_jitter bn_jitter_of(const struct bn_steps *steps);
enum bn_status bn_jitter_measure(struct bn_jitter *jitter, enum bn_status (*step)(void *self, struct bn_error *err),
                                 void *self, double seconds, struct bn_error *err);
enum bn_status bn_jitter_judge(struct bn_stress_result *result, const struct bn_jitter *jitter,
                               const double first_ms[3]);
#endif
