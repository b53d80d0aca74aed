/* policy.h - how a file of this folder declares an eviction policy: what it must see to score the slots of a layer.
 *
 *   BN_KV_POLICY(name, .n_sinks = 4, ...);
 *
 * and one line POLICY(name) in policies.list. The pruner (prune.h) keeps the sinks, the latest positions and, of the
 * rest, the slots with the best scores of each kv head; every head keeps equally many. */
#ifndef BN_MODEL_KV_POLICY_H
#define BN_MODEL_KV_POLICY_H
#include "engine/core/status.h"

#define BN_KV_SINKS 4 /* "StreamingLLM": the first tokens receive what attention is left over (arXiv 2309.17453) */

struct bn_kv_policy {
    const char *name;
    int n_sinks; /* first positions that are always kept */
};
#define BN_KV_POLICY(policy, ...) const struct bn_kv_policy bn_kv_policy_##policy = {.name = #policy, __VA_ARGS__}

/* The policy of that name: NULL for "off" and NULL. BN_ERR_USAGE: unknown. */
enum bn_status bn_kv_policy_find(const struct bn_kv_policy **policy, const char *name, struct bn_error *err);
#endif
