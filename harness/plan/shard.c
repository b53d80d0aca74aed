/* shard.c - the part of a plan that one of several machines measures. What is compared stays together: all
 * configurations of a model and a workload, in all rounds. */
#include "harness/plan/plan.h"
#include "harness/core/error.h"
#include <stdlib.h>

static uint32_t pair(const struct bn_plan *plan, const struct bn_config *c)
{
    return (uint32_t)(c->model - plan->models) * plan->n_workloads + (uint32_t)(c->workload - plan->workloads);
}

/* [n_models * n_workloads] the number of each pair's part; UINT32_MAX: no engine takes the model. NULL: no memory. */
static uint32_t *number_parts(const struct bn_plan *plan, const struct bn_point_list *list, uint32_t *n)
{
    uint32_t n_pairs = plan->n_models * plan->n_workloads, *parts = malloc((n_pairs + 1) * sizeof *parts);
    *n = 0;
    for (uint32_t i = 0; parts && i < n_pairs; i++) parts[i] = UINT32_MAX;
    for (uint32_t i = 0; parts && i < list->n_configs; i++) {
        uint32_t at = pair(plan, &list->configs[i]);
        if (parts[at] == UINT32_MAX) parts[at] = (*n)++;
    }
    return parts;
}

uint32_t bn_plan_parts(const struct bn_plan *plan, const struct bn_point_list *list)
{
    uint32_t n;
    free(number_parts(plan, list, &n));
    return n;
}

enum bn_status bn_plan_shard(const struct bn_plan *plan, const struct bn_point_list *list, uint32_t shard, uint32_t n,
                             uint32_t **ordinals, uint32_t *n_ordinals, struct bn_error *err)
{
    uint32_t n_parts, *parts = number_parts(plan, list, &n_parts), *mine = calloc(list->n_points + 1, sizeof *mine);
    *ordinals = mine, *n_ordinals = 0;
    if (!parts || !mine) {
        free(parts), free(mine);
        *ordinals = NULL;
        return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory dividing %s.", plan->path);
    }
    for (uint32_t i = 0; i < list->n_points; i++)
        if (parts[pair(plan, &list->configs[list->order[i]])] % n == shard - 1) mine[(*n_ordinals)++] = i;
    free(parts);
    return BN_OK;
}
