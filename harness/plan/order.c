/* order.c - the queue of a plan: in each round every config once, in an order shuffled by the plan's seed, so that
 * machine drift affects all configs equally and a sweep stopped at any time is nearly balanced. */
#include "harness/plan/plan.h"
#include "harness/core/error.h"
#include "harness/stats/random.h"
#include <stdlib.h>

static void shuffle(struct bn_random *random, uint32_t *order, uint32_t n)
{
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = (uint32_t)bn_random_below(random, i), t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
    }
}

enum bn_status bn_plan_order(const struct bn_plan *plan, struct bn_point_list *list, struct bn_error *err)
{
    uint64_t n = (uint64_t)list->n_configs * plan->rounds;
    if (n > 1000000)
        return bn_harness_fail(err, BN_ERR_FORMAT, "%s expands to %llu points; the limit is a million.", plan->path,
                               (unsigned long long)n);
    free(list->order);
    list->order = calloc(n + 1, sizeof *list->order);
    if (!list->order) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory ordering %s.", plan->path);
    list->n_points = (uint32_t)n;
    struct bn_random random;
    bn_random_init(&random, plan->seed);
    for (uint32_t r = 0; r < plan->rounds; r++) {
        uint32_t *round = list->order + (size_t)r * list->n_configs;
        for (uint32_t i = 0; i < list->n_configs; i++) round[i] = i;
        shuffle(&random, round, list->n_configs);
    }
    return BN_OK;
}
