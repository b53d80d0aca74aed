/* run.c - a sweep from its beginning to its end. */
#include "harness/effects/effects.h"
#include "harness/sweep/sweep.h"
#include "harness/core/error.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum bn_status bn_sweep_store_effects(const struct bn_plan *plan, struct bn_store *store, int64_t run_id,
                                      struct bn_error *err)
{
    struct bn_effects effects;
    if (!plan->n_options || (plan->mode != BN_PLAN_ONE_AT_A_TIME && plan->mode != BN_PLAN_LEAVE_ONE_OUT)) return BN_OK;
    enum bn_status status = bn_effects_read(&effects, store, run_id, err);
    if (!status) status = bn_effects_store(&effects, store, err);
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

enum bn_status bn_sweep_take_shard(struct bn_sweep *s, const char *text, struct bn_error *err)
{
    char *end = NULL;
    unsigned long k = isdigit((unsigned char)text[0]) ? strtoul(text, &end, 10) : 0,
                  n = end && *end == '/' && isdigit((unsigned char)end[1]) ? strtoul(end + 1, &end, 10) : 0;
    if (!k || k > n || n > BN_PLAN_SHARDS_MAX || *end)
        return bn_harness_fail(err, BN_ERR_USAGE, "--shard takes K/N, shard K of N (at most %d), e.g. 2/8, not \"%s\".",
                               BN_PLAN_SHARDS_MAX, text);
    uint32_t parts = bn_plan_parts(s->plan, &s->points);
    if (n > parts)
        return bn_harness_fail(
            err, BN_ERR_USAGE,
            "%s has %u part%s, each a model and a workload, so that there are at most as many shards.", s->plan_path,
            parts, parts == 1 ? "" : "s");
    s->shard = (uint32_t)k, s->n_shards = (uint32_t)n;
    return bn_plan_shard(s->plan, &s->points, s->shard, s->n_shards, &s->places, &s->n_places, err);
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
    if (status || *interrupted || s->n_shards) return status; /* a shard may lack what the others know of quality */
    return bn_sweep_store_effects(s->plan, s->store, s->run_id, err);
}
