/* spread.h - workloads that are decoded in several sequences. */
#ifndef BN_PLAN_SPREAD_H
#define BN_PLAN_SPREAD_H
#include "harness/plan/plan.h"

/* Makes one workload of each number in a workload's `sequences`, in the order written: NAME for one alone, "NAME
 * seqs=N" for more, so that no table or history mixes them. Together needs fill and decode tokens, and no prefill. */
enum bn_status bn_plan_spread(struct bn_plan *plan, struct bn_error *err);
#endif
