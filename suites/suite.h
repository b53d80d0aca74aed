/* suite.h - what the harness may call: run an evaluation task or a stress test on a model and get items and a verdict. */
#ifndef SUITES_SUITE_H
#define SUITES_SUITE_H
#include "engine/bitnet.h"
#endif
