/* execute.h - runs one point: starts a worker process under limits, parses its lines and judges how it ended. */
#ifndef BN_SWEEP_EXECUTE_H
#define BN_SWEEP_EXECUTE_H
#include "harness/plan/plan.h"
#include "harness/worker/child.h"
#include "harness/machine/cpus.h"
#include "harness/worker/engines.h"
#include "harness/machine/fields.h"
#include "harness/worker/reply.h"

struct bn_execution {
    const struct bn_plan *plan;
    const struct bn_config *config;
    struct bn_engine *engine; /* the measuring program; path NULL: none was named */
    const struct bn_topology *topology;
    struct bn_watch *model;       /* the model's file */
    bool counters, ops, simulate; /* passes beside the timed ones; simulate: this request is for callgrind alone */
    bool quality;                 /* ask for the plan's quality as well */
    bool callgrind;               /* count in the simulator as well, after the point */
    void (*tick)(void *self);
    void *self;
};
struct bn_execution_result {
    struct bn_point_result point; /* points into the rest */
    struct bn_reply reply;
    struct bn_child_result child;
    struct bn_moment moments[2 * BN_MOMENT_MAX];
    struct bn_counter *simulated, *counters; /* the simulator's; the reply's and the simulator's */
    char reason[1024], started_at[32];
    bool interrupted; /* by a signal to the runner: store nothing, give the point back */
};
enum bn_status bn_execute(const struct bn_execution *execution, struct bn_execution_result *result,
                          struct bn_error *err);
/* The request as the worker reads it; NULL without memory. The caller frees it. */
char *bn_execution_request(const struct bn_execution *execution);
void bn_execution_release(struct bn_execution_result *result);
#endif
