/* run.c - a sweep from its beginning to its end. */
#include "harness/effects/effects.h"
#include "harness/sweep/sweep.h"
#include <stdio.h>

/* What options do, for the report. */
static enum bn_status store_effects(struct bn_sweep *s, struct bn_error *err)
{
    struct bn_effects effects;
    if (!s->plan->n_options || (s->plan->mode != BN_PLAN_ONE_AT_A_TIME && s->plan->mode != BN_PLAN_LEAVE_ONE_OUT))
        return BN_OK;
    enum bn_status status = bn_effects_read(&effects, s->store, s->run_id, err);
    if (!status) status = bn_effects_store(&effects, s->store, err);
    bn_effects_release(&effects);
    return status;
}

enum bn_status bn_sweep_plan(struct bn_sweep *s, const char *const *models, int n_models, struct bn_error *err)
{
    enum bn_status status = bn_plan_load(&s->plan, s->plan_path, err);
    if (status) return err->status = BN_ERR_USAGE;
    for (int i = 0; !status && i < n_models; i++) status = bn_plan_place_model(s->plan, models[i], err);
    return !status && s->config ? bn_plan_take_config(s->plan, s->config, err) : status;
}

enum bn_status bn_sweep_run(struct bn_sweep *s, bool *interrupted, struct bn_error *err)
{
    *interrupted = false;
    bn_child_take_signals();
    enum bn_status status = bn_sweep_begin(s, err);
    if (status) return status;
    struct bn_sweep_state at = bn_sweep_state(s);
    if (s->resumed)
        fprintf(stderr, "taking up run %lld: %zu of %zu points are done\n", (long long)s->run_id,
                at.n_points - at.n_open, at.n_points);
    bn_progress_begin(&s->progress, at.n_points, at.n_points - at.n_open);
    status = bn_sweep_measure_limits(s, err);
    if (!status) status = bn_sweep_work(s, interrupted, err);
    return status || *interrupted ? status : store_effects(s, err);
}
