/* prune.c - opens pruners, and says when how much is evicted. */
#include "engine/model/kv/prune.h"
#include "engine/model/kv/score.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_MIN_KEEP = 32 };
static const float DEFAULT_BUDGET = 0.5f;

/* ---- how much ---- */

static int largest(int a, int b) { return a > b ? a : b; }

int bn_kv_pruner_latest(const struct bn_kv_pruner *k, int keep)
{
    int latest = largest(k->min_keep, k->policy->window);
    return k->policy->recent_half ? largest(latest, keep / 2) : latest;
}

int bn_kv_pruner_target(const struct bn_kv_pruner *k, int p)
{
    float next = (float)(p + BN_KV_INTERVAL), most = k->budget > 1 ? k->budget : k->budget * next;
    return largest((int)most - BN_KV_INTERVAL, k->policy->n_sinks + bn_kv_pruner_latest(k, 0));
}

static bool evicts(const struct bn_kv_pruner *k, int position, int n_slots)
{
    return position > k->warmup && (k->threshold > 0 || n_slots > bn_kv_pruner_target(k, position));
}

static bool due(const struct bn_kv_pruner *k, int position, int n_slots)
{
    return position % BN_KV_INTERVAL == 0 && position > k->settled &&
           (k->policy->accumulates || evicts(k, position, n_slots));
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

static enum bn_status check(const struct bn_kv_prune_options *o, const struct bn_kv_policy *policy,
                            struct bn_error *err)
{
    if (!(o->budget >= 0 && o->budget <= 1 << 24) || (o->budget > 1 && o->budget != floorf(o->budget)))
        return bn_fail(err, BN_ERR_USAGE,
                       "kv_budget must be a share of the positions up to 1 or a whole number of positions, not %g.",
                       (double)o->budget);
    if (!(o->threshold >= 0 && o->threshold <= 10))
        return bn_fail(err, BN_ERR_USAGE, "kv_threshold must be a share of an average score from 0 to 10, not %g.",
                       (double)o->threshold);
    if (o->threshold != 0 && !policy->thresholds)
        return bn_fail(err, BN_ERR_USAGE, "kv_threshold acts only with the policy dynamic, not with %s.", policy->name);
    if (o->min_keep < 0 || o->warmup_steps < 0)
        return bn_fail(err, BN_ERR_USAGE, "kv_min_keep and kv_warmup_steps must not be negative.");
    return BN_OK;
}

/* Bytes of the three arrays. */
static void sizes(const struct bn_kv_pruner *k, size_t bytes[3])
{
    size_t layers = (size_t)k->n_layers, slots = layers * (size_t)k->n_most;
    bytes[0] = slots * (size_t)k->n_kv_heads * sizeof *k->position;
    bytes[1] = k->policy->window ? slots * (size_t)bn_kv_score_rows(k) * sizeof *k->score : 0;
    bytes[2] = layers * (size_t)k->policy->window * (size_t)k->n_heads * (size_t)k->head_dim * sizeof *k->queries;
}

static enum bn_status allocate(struct bn_kv_pruner *k, int n_ctx, struct bn_error *err)
{
    size_t bytes[3];
    k->n_most = bn_kv_pruner_slots(k, n_ctx);
    sizes(k, bytes);
    k->bytes = bytes[0] + bytes[1] + bytes[2];
    k->position = calloc(1, k->bytes);
    if (!k->position) return bn_fail_memory(err, "KV pruning", k->bytes);
    k->score = (float *)((char *)k->position + bytes[0]);
    k->queries = (float *)((char *)k->score + bytes[1]);
    return BN_OK;
}

enum bn_status bn_kv_pruner_open(struct bn_kv_pruner **pruner, const struct bn_config *config,
                                 const struct bn_kv_prune_options *o, int n_ctx, struct bn_error *err)
{
    const struct bn_kv_policy *policy;
    *pruner = NULL;
    enum bn_status status = bn_kv_policy_find(&policy, o->policy, err);
    if (status == BN_OK && policy) status = check(o, policy, err);
    if (status != BN_OK || !policy) return status;
    struct bn_kv_pruner *k = calloc(1, sizeof *k);
    if (!k) return bn_fail_memory(err, "KV pruning", sizeof *k);
    *k = (struct bn_kv_pruner){.policy = policy,
                               .budget = o->budget > 0 ? o->budget : DEFAULT_BUDGET,
                               .min_keep = o->min_keep ? o->min_keep : DEFAULT_MIN_KEEP,
                               .warmup = o->warmup_steps,
                               .threshold = o->threshold,
                               .n_layers = config->n_layers,
                               .n_heads = config->n_heads,
                               .n_kv_heads = config->n_kv_heads,
                               .head_dim = (config->head_dim + 15) / 16 * 16};
    status = allocate(k, n_ctx, err);
    if (status == BN_OK)
        *pruner = k;
    else
        bn_kv_pruner_close(k);
    return status;
}

/* Rows of 4 bytes a slot, as far as both have room. */
static void copy_slots(void *to, int n, const void *from, int m, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        memcpy((char *)to + i * (size_t)n * 4, (const char *)from + i * (size_t)m * 4, (size_t)(n < m ? n : m) * 4);
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
    size_t layers = (size_t)k->n_layers, rows = layers * (size_t)bn_kv_score_rows(k);
    copy_slots(k->position, k->n_most, from->position, from->n_most, layers * (size_t)k->n_kv_heads);
    if (k->policy->window) copy_slots(k->score, k->n_most, from->score, from->n_most, rows);
    memcpy(k->queries, from->queries, k->bytes - (size_t)((char *)k->queries - (char *)k->position));
    return *pruner = k, BN_OK;
}

void bn_kv_pruner_close(struct bn_kv_pruner *k)
{
    if (k) free(k->position);
    free(k);
}

void bn_kv_pruner_reset(struct bn_kv_pruner *k) { k->settled = 0; }
