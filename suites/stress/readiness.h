/* readiness.h - the readiness score without the engine, for its tests: stress tests and tasks, weighted
 * (suites/stress/README.md, "Readiness"). */
#ifndef SUITES_STRESS_READINESS_H
#define SUITES_STRESS_READINESS_H
#include "suites/stress/paired_items.h"
#include "suites/suite.h"

/* share: of the weight that counts, 0 to 1, with an interval. A part that was skipped has share and low 0 and high 1.
 */
struct bn_readiness_part bn_readiness_of_stress(const struct bn_stress_result *result, double weight);
/* What of the twin's accuracy above guessing the model keeps. paired: first the twin, second the model; guessing: the
 * accuracy of guessing, 0 to 1. A SKIP where the twin is not above it. */
struct bn_readiness_part bn_readiness_of_task(const char *name, const struct bn_paired *paired, double guessing,
                                              double weight);
/* Fills value, low, high, skipped and n_failed from the parts. */
void bn_readiness_sum(struct bn_readiness *readiness);
#endif
