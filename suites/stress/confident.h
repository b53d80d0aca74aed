/* confident.h - the measurement of s05_low_entropy_mcq without the engine, for its tests. */
#ifndef SUITES_STRESS_CONFIDENT_H
#define SUITES_STRESS_CONFIDENT_H
#include "suites/suite.h"

/* Measured between the embedded b1.58 and its twin: 7 (3 of 44 items); with activations cut off at a tenth of their
 * size 80. Guessing gives 75. */
#define BN_CONFIDENT_THRESHOLD 25.0

struct bn_confident {
    size_t n, different, twin_right, model_right; /* items that the twin is confident about; of those, ... */
    double margin; /* mean rise of the probability, among the choices, of the twin's choice */
};
/* The same n items in the same order. */
struct bn_confident bn_confident_compare(const struct bn_eval_item *twin, const struct bn_eval_item *model, size_t n);
#endif
