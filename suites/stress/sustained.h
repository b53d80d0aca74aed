/* sustained.h - the judgement of s10_sustained_load without the engine, for its tests. */
#ifndef SUITES_STRESS_SUSTAINED_H
#define SUITES_STRESS_SUSTAINED_H
#include "suites/stress/steps.h"
#include "suites/suite.h"

void bn_sustained_judge(struct bn_stress_result *result, const struct bn_steps *steps, bool quick);
#endif
