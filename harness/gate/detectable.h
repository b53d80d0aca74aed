/* detectable.h - how large a slow-down the gate finds, from the noise that its pairs had on this machine. */
#ifndef BN_GATE_DETECTABLE_H
#define BN_GATE_DETECTABLE_H
#include "harness/gate/paired.h"

struct bn_gate_pool { /* pairs of equal builds: d[workload][pair], a pair's workloads belong together */
    int n_workloads;
    size_t n;
    double *d[BN_GATE_WORKLOADS];
};
enum bn_status bn_gate_pool_add(struct bn_gate_pool *pool, const struct bn_paired_result *result, struct bn_error *err);
void bn_gate_pool_release(struct bn_gate_pool *pool);
/* The share of gates that report `workload` when it alone is slower by the log ratio `effect`: whole gates (looks,
 * early pass, confirmation) on pairs drawn from the pool, centred on its median. */
double bn_gate_power(const struct bn_gate_rule *rule, const struct bn_gate_pool *pool, int workload, double effect);
/* The share of gates that report any workload of equal builds: the same, with the pairs as they are. The self-test's
 * own runs count too few to show a rate below one in a hundred. */
double bn_gate_false_alarms(const struct bn_gate_rule *rule, const struct bn_gate_pool *pool);
/* The least effect, to a tenth of a percent, that is reported 80 times in 100; NAN if 25 % is not. */
double bn_gate_detectable(const struct bn_gate_rule *rule, const struct bn_gate_pool *pool, int workload);
#endif
