/* repetition.h - the measurement of s12_degenerate_output without the engine, for its tests. */
#ifndef SUITES_STRESS_REPETITION_H
#define SUITES_STRESS_REPETITION_H
#include "suites/suite.h"

struct bn_repetition {
    double repeated; /* share of the runs of four tokens that the text had before */
    double entropy;  /* bits a token, of the tokens' frequencies in the text */
};
struct bn_repetition bn_repetition_of(const int32_t *ids, size_t n);
#endif
