/* workloads.h - the work that the gate gives both builds: from a list on the command line or from a sweep's plan. */
#ifndef BN_GATE_WORKLOADS_H
#define BN_GATE_WORKLOADS_H
#include "harness/gate/pairs.h"
#include "harness/plan/plan.h"

/* "prefill:16,decode:4@64" (4 tokens after 64); *n of at most BN_GATE_WORKLOADS. */
enum bn_status bn_gate_workloads_parse(struct bn_gate_workload *workloads, int *n, const char *list,
                                       struct bn_error *err);
/* The workloads of a plan; one with prefill and decode becomes two. */
enum bn_status bn_gate_workloads_of_plan(struct bn_gate_workload *workloads, int *n, const struct bn_plan *plan,
                                         struct bn_error *err);
/* The strongest of the plan's kernels that this CPU can run; NULL, the best of each build, where it has "auto" or none.
 */
const char *bn_gate_kernel_of_plan(const struct bn_plan *plan);
#endif
