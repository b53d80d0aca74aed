/* paired_items.h - the same items answered twice: what the second way loses. */
#ifndef SUITES_STRESS_PAIRED_ITEMS_H
#define SUITES_STRESS_PAIRED_ITEMS_H
#include "suites/suite.h"

struct bn_paired {
    size_t n, right;    /* items; answered rightly the first way */
    size_t lost, won;   /* right the first way alone, and the second way alone */
    double loss, error; /* accuracy lost the second way, and the standard error of that paired difference */
};
struct bn_paired bn_paired_accuracy(const struct bn_eval_item *first, const struct bn_eval_item *second, size_t n);
#endif
