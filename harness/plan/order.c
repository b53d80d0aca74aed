/* order.c - the queue of a plan: passes over all configs, shuffled by the plan's seed, so that machine drift affects
 * all configs equally and a sweep stopped at any time is nearly balanced. Where many configs are compared with one
 * base, a pass is cut into rounds of a few configs with the base among them: pairs are measured within seconds, and the
 * noise of one measurement of the base is not in every row (more controls than of each treatment: Dunnett 1955). */
#include "harness/plan/plan.h"
#include "harness/core/error.h"
#include "harness/stats/random.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_BESIDE = 6, MOST_POINTS = 1000000 };

struct queue {
    struct bn_random random;
    uint32_t alike, n_groups; /* configs with one base; together all configs */
    uint32_t base;            /* 1: the first of each group is in each of its rounds */
    uint32_t group_rounds, n_rounds;
    uint32_t *others, *turns; /* [n_groups][alike - base] configs; [n_rounds] which round comes when */
};

static void shuffle(struct bn_random *random, uint32_t *order, uint32_t n)
{
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = (uint32_t)bn_random_below(random, i), t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
    }
}

static struct queue parts(const struct bn_plan *plan, const struct bn_point_list *list)
{
    struct queue q = {.alike = list->n_configs, .n_groups = list->n_configs != 0, .group_rounds = 1};
    bool beside = plan->mode == BN_PLAN_ONE_AT_A_TIME || plan->mode == BN_PLAN_LEAVE_ONE_OUT;
    if (beside && list->n_alike > 1 + MOST_BESIDE) {
        q.alike = list->n_alike, q.n_groups = list->n_configs / list->n_alike, q.base = 1;
        q.group_rounds = (q.alike - 1 + MOST_BESIDE - 1) / MOST_BESIDE;
    }
    q.n_rounds = q.n_groups * q.group_rounds;
    bn_random_init(&q.random, plan->seed);
    return q;
}

static void shuffle_all(struct queue *q)
{
    uint32_t n = q->alike - q->base;
    for (uint32_t g = 0; g < q->n_groups; g++) {
        for (uint32_t i = 0; i < n; i++) q->others[g * n + i] = g * q->alike + q->base + i;
        shuffle(&q->random, q->others + (size_t)g * n, n);
    }
    for (uint32_t i = 0; i < q->n_rounds; i++) q->turns[i] = i;
    shuffle(&q->random, q->turns, q->n_rounds);
}

static uint32_t put_round(struct queue *q, uint32_t which, uint32_t *order)
{
    uint32_t group = which / q->group_rounds, part = which % q->group_rounds, all = q->alike - q->base, n = 0;
    if (q->base) order[n++] = group * q->alike;
    for (uint32_t i = part * all / q->group_rounds; i < (part + 1) * all / q->group_rounds; i++)
        order[n++] = q->others[group * all + i];
    shuffle(&q->random, order, n);
    return n;
}

static void fill(struct queue *q, struct bn_point_list *list)
{
    for (uint32_t at = 0, round = 0; at < list->n_points; round++) {
        if (round % q->n_rounds == 0) shuffle_all(q);
        uint32_t n = put_round(q, q->turns[round % q->n_rounds], list->order + at);
        while (n--) list->rounds[at++] = round;
    }
}

enum bn_status bn_plan_order(const struct bn_plan *plan, struct bn_point_list *list, struct bn_error *err)
{
    struct queue q = parts(plan, list);
    list->n_pass_rounds = q.n_rounds;
    list->n_pass = list->n_configs + q.base * (q.n_rounds - q.n_groups);
    uint64_t n = (uint64_t)list->n_pass * plan->rounds;
    if (n > MOST_POINTS)
        return bn_harness_fail(err, BN_ERR_FORMAT, "%s expands to %llu points; the limit is a million.", plan->path,
                               (unsigned long long)n);
    free(list->order), free(list->rounds);
    list->order = calloc(n + 1, sizeof *list->order), list->rounds = calloc(n + 1, sizeof *list->rounds);
    list->n_points = (uint32_t)n;
    q.others = calloc(list->n_configs + 1, sizeof *q.others), q.turns = calloc(q.n_rounds + 1, sizeof *q.turns);
    bool ok = list->order && list->rounds && q.others && q.turns;
    if (ok) fill(&q, list);
    free(q.others), free(q.turns);
    return ok ? BN_OK : bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory ordering %s.", plan->path);
}

bool bn_point_is_first(const struct bn_point_list *list, uint32_t ordinal)
{
    if (ordinal >= list->n_pass) return false;
    for (uint32_t i = 0; i < ordinal; i++)
        if (list->order[i] == list->order[ordinal]) return false;
    return true;
}
