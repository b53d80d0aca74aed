/* rows.h - which combinations of factor values a plan's mode asks for. A row holds one value index per factor. */
#ifndef BN_PLAN_ROWS_H
#define BN_PLAN_ROWS_H
#include "harness/plan/plan.h"

enum { BN_ROWS_MAX_FACTORS = 64 };
struct bn_rows {
    uint32_t *at; /* [n][n_factors] */
    uint32_t n, cap, n_factors;
    const uint32_t *sizes;
};
/* sizes: [n_factors] values of each factor, all >= 1. baseline: leave_one_out ends with a row of first
 * values. The first row is the one that the others are compared with. Returns 0, or -1 without memory or beyond `most`
 * rows. */
int bn_rows_init(struct bn_rows *rows, enum bn_plan_mode mode, const uint32_t *sizes, uint32_t n_factors, uint32_t most,
                 bool baseline);
void bn_rows_release(struct bn_rows *rows);
#endif
