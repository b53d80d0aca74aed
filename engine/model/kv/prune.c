/* prune.c - opens pruners, and says when how much is evicted. */
#include "engine/model/kv/prune.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_MIN_KEEP = 32 };
static const float DEFAULT_BUDGET = 0.5f;

/* ---- how much ---- */

int bn_kv_pruner_target(const struct bn_kv_pruner *k, int p)
{
    int least = k->policy->n_sinks + k->min_keep;
    float next = (float)(p + BN_KV_INTERVAL), most = k->budget > 1 ? k->budget : k->budget * next;
    int keep = (int)most - BN_KV_INTERVAL;
    return keep > least ? keep : least;
}

static bool due(const struct bn_kv_pruner *k, int position, int n_slots)
{
    return position % BN_KV_INTERVAL == 0 && position > k->settled && position > k->warmup &&
           n_slots > bn_kv_pruner_target(k, position);
}

bool bn_kv_pruner_is_due(const struct bn_kv_pruner *k, const struct bn_kv_cache *cache)
{
    return due(k, cache->n_positions, bn_kv_cache_n_slots(cache));
}

static int next(int position) { return position / BN_KV_INTERVAL * BN_KV_INTERVAL + BN_KV_INTERVAL; }

int bn_kv_pruner_room(const struct bn_kv_pruner *k, const struct bn_kv_cache *cache)
{
    int p = next(cache->n_positions), last = k->n_most + cache->n_evicted;
    while (p < last && !due(k, p, p - cache->n_evicted)) p += BN_KV_INTERVAL;
    return p - cache->n_positions;
}

int bn_kv_pruner_slots(const struct bn_kv_pruner *k, int n_ctx)
{
    int n = 0, most = 0;
    for (int p = 0; p < n_ctx; p += BN_KV_INTERVAL) {
        if (p > k->warmup && n > bn_kv_pruner_target(k, p)) n = bn_kv_pruner_target(k, p);
        n += n_ctx - p < BN_KV_INTERVAL ? n_ctx - p : BN_KV_INTERVAL;
        if (n > most) most = n;
    }
    return most;
}

/* ---- opening ---- */

static enum bn_status check(const struct bn_kv_prune_options *o, struct bn_error *err)
{
    if (!(o->budget >= 0 && o->budget <= 1 << 24) || (o->budget > 1 && o->budget != floorf(o->budget)))
        return bn_fail(err, BN_ERR_USAGE,
                       "kv_budget must be a share of the positions up to 1 or a whole number of positions, not %g.",
                       (double)o->budget);
    if (o->min_keep < 0 || o->warmup_steps < 0)
        return bn_fail(err, BN_ERR_USAGE, "kv_min_keep and kv_warmup_steps must not be negative.");
    return BN_OK;
}

static enum bn_status allocate(struct bn_kv_pruner *k, int n_ctx, struct bn_error *err)
{
    k->n_most = bn_kv_pruner_slots(k, n_ctx);
    k->bytes = (size_t)k->n_layers * (size_t)k->n_kv_heads * (size_t)k->n_most * sizeof *k->position;
    k->position = malloc(k->bytes);
    return k->position ? BN_OK : bn_fail_memory(err, "KV pruning", k->bytes);
}

enum bn_status bn_kv_pruner_open(struct bn_kv_pruner **pruner, const struct bn_config *config,
                                 const struct bn_kv_prune_options *o, int n_ctx, struct bn_error *err)
{
    const struct bn_kv_policy *policy;
    *pruner = NULL;
    enum bn_status status = bn_kv_policy_find(&policy, o->policy, err);
    if (status == BN_OK) status = check(o, err);
    if (status != BN_OK || !policy) return status;
    struct bn_kv_pruner *k = calloc(1, sizeof *k);
    if (!k) return bn_fail_memory(err, "KV pruning", sizeof *k);
    *k = (struct bn_kv_pruner){.policy = policy,
                               .budget = o->budget > 0 ? o->budget : DEFAULT_BUDGET,
                               .min_keep = o->min_keep ? o->min_keep : DEFAULT_MIN_KEEP,
                               .warmup = o->warmup_steps,
                               .n_layers = config->n_layers,
                               .n_kv_heads = config->n_kv_heads};
    status = allocate(k, n_ctx, err);
    if (status == BN_OK)
        *pruner = k;
    else
        bn_kv_pruner_close(k);
    return status;
}

enum bn_status bn_kv_pruner_copy(struct bn_kv_pruner **pruner, const struct bn_kv_pruner *from, int n_ctx,
                                 struct bn_error *err)
{
    *pruner = NULL;
    if (!from) return BN_OK;
    struct bn_kv_pruner *k = malloc(sizeof *k);
    if (!k) return bn_fail_memory(err, "KV pruning", sizeof *k);
    *k = *from;
    enum bn_status status = allocate(k, n_ctx, err);
    if (status != BN_OK) return bn_kv_pruner_close(k), status;
    size_t heads = (size_t)k->n_layers * (size_t)k->n_kv_heads, n = (size_t)k->n_most, m = (size_t)from->n_most;
    for (size_t h = 0; h < heads; h++)
        memcpy(k->position + h * n, from->position + h * m, (n < m ? n : m) * sizeof *k->position);
    return *pruner = k, BN_OK;
}

void bn_kv_pruner_close(struct bn_kv_pruner *k)
{
    if (k) free(k->position);
    free(k);
}

void bn_kv_pruner_reset(struct bn_kv_pruner *k) { k->settled = 0; }
