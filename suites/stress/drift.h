/* drift.h - the measurement of s01_long_context_drift without the engine, for its tests. */
#ifndef SUITES_STRESS_DRIFT_H
#define SUITES_STRESS_DRIFT_H
#include "suites/eval/metrics.h"
#include "suites/eval/provider.h"
#include "suites/suite.h"

enum { BN_DRIFT_POSITIONS = 4 };
struct bn_drift {
    double near;                   /* mean nats a token of the passages after a short context */
    double worst;                  /* largest mean rise at a far position; NaN when a logit was */
    double error;                  /* its standard error, of the rises of the passages */
    size_t worst_at;               /* tokens before it */
    size_t at[BN_DRIFT_POSITIONS]; /* tokens before each far position */
    struct bn_mean rise[BN_DRIFT_POSITIONS];
    int n_positions; /* measured: none after one with a NaN */
};
/* filler: [n_filler], passages: [n_passages][64] of which the last 48 ids are scored. */
enum bn_status bn_drift_measure(struct bn_drift *drift, const struct bn_provider *provider, const int32_t *filler,
                                size_t n_filler, const int32_t *passages, int n_passages, struct bn_error *err);
void bn_drift_judge(struct bn_stress_result *result, const struct bn_drift *drift);
#endif
