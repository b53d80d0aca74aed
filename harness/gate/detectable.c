/* detectable.c - runs the paired tier on pairs that were measured before. */
#include "harness/gate/detectable.h"
#include "harness/core/error.h"
#include "harness/stats/random.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GATES = 400, EQUAL_GATES = 4000, SEED = 20090307 };

enum bn_status bn_gate_pool_add(struct bn_gate_pool *pool, const struct bn_paired_result *result, struct bn_error *err)
{
    const struct bn_gate_series *stages[] = {result->first, result->again};
    pool->n_workloads = result->n_workloads;
    for (int s = 0; s < 2; s++) {
        size_t n = (size_t)stages[s][0].n;
        for (int w = 0; w < result->n_workloads; w++) {
            double *more = realloc(pool->d[w], (pool->n + n + 1) * sizeof *more);
            if (!more)
                return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for %zu log ratios.",
                                       pool->n + n);
            pool->d[w] = more;
            memcpy(more + pool->n, stages[s][w].d, n * sizeof *more);
        }
        pool->n += n;
    }
    return BN_OK;
}

void bn_gate_pool_release(struct bn_gate_pool *pool)
{
    for (int w = 0; w < BN_GATE_WORKLOADS; w++) free(pool->d[w]);
    *pool = (struct bn_gate_pool){0};
}

struct drawing {
    const struct bn_gate_pool *pool;
    struct bn_random random;
    double shift[BN_GATE_WORKLOADS];
};

static enum bn_status draw(void *self, double *d, struct bn_error *err)
{
    struct drawing *from = self;
    (void)err;
    size_t pair = (size_t)bn_random_below(&from->random, from->pool->n);
    for (int w = 0; w < from->pool->n_workloads; w++) d[w] = from->pool->d[w][pair] + from->shift[w];
    return BN_OK;
}

static double no_clock(void *self) { return (void)self, 0; }

/* Gates on drawn pairs; returns the share in which `workload` regressed, -1: any. */
static double run_gates(const struct bn_gate_rule *rule, struct drawing *from, int workload, int gates)
{
    static struct bn_paired_result result;
    const struct bn_pair_source source = {from, draw, no_clock, NULL};
    struct bn_error err;
    int found = 0;
    bn_random_init(&from->random, SEED);
    for (int i = 0; i < gates; i++) {
        if (bn_paired_run(rule, &source, from->pool->n_workloads, 1, &result, &err)) continue;
        found += workload < 0 ? result.verdict == BN_GATE_REGRESSION : result.regressed[workload];
    }
    return (double)found / gates;
}

double bn_gate_power(const struct bn_gate_rule *rule, const struct bn_gate_pool *pool, int workload, double effect)
{
    struct drawing from = {.pool = pool};
    if (!pool->n) return NAN;
    for (int w = 0; w < pool->n_workloads; w++)
        from.shift[w] = (w == workload ? effect : 0) - bn_sample_median(pool->d[w], pool->n);
    return run_gates(rule, &from, workload, GATES);
}

double bn_gate_false_alarms(const struct bn_gate_rule *rule, const struct bn_gate_pool *pool)
{
    struct drawing from = {.pool = pool};
    return pool->n ? run_gates(rule, &from, -1, EQUAL_GATES) : NAN;
}

double bn_gate_detectable(const struct bn_gate_rule *rule, const struct bn_gate_pool *pool, int workload)
{
    int low = 0, high = 250; /* tenths of a percent: not found, found */
    if (!pool->n || bn_gate_power(rule, pool, workload, log1p(high / 1000.0)) < 0.8) return NAN;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (bn_gate_power(rule, pool, workload, log1p(middle / 1000.0)) < 0.8)
            low = middle;
        else
            high = middle;
    }
    return log1p(high / 1000.0);
}
