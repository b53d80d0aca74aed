/* measure.h - runs the plans that claims need. */
#ifndef BN_CLAIMS_MEASURE_H
#define BN_CLAIMS_MEASURE_H
#include "harness/claims/claims.h"
#include "harness/machine/lock.h"

struct bn_claims_effort {
    const char *db_path, *plans, *worker; /* plans: the folder of NAME.yaml */
    const char *const *models, *const *engines;
    int n_models, n_engines;
    enum bn_lock_policy lock_policy;
    double budget_s; /* of all plans together; 0: as many rounds as they say */
    bool again;      /* also what was measured with this commit */
};
/* Every plan that the claims name, in their order, once. *left counts those that the budget left out. */
enum bn_status bn_claims_measure(const struct bn_claim_list *list, const struct bn_claims_effort *effort, size_t *left,
                                 bool *interrupted, struct bn_error *err);
#endif
