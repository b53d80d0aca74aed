/* policy.h - how a file of this folder declares an eviction policy: what it must see to score the slots of a head.
 *
 *   BN_KV_POLICY(name, .n_sinks = 4, ...);
 *
 * and one line POLICY(name) in policies.list. The pruner (prune.h) keeps the sinks, the latest positions and, of the
 * rest, the slots with the best scores of each kv head; every head keeps equally many. */
#ifndef BN_MODEL_KV_POLICY_H
#define BN_MODEL_KV_POLICY_H
#include "engine/core/status.h"
#include <stdbool.h>

#define BN_KV_SINKS    4  /* "StreamingLLM": the first tokens receive what attention is left over (arXiv 2309.17453) */
#define BN_KV_INTERVAL 32 /* positions from one eviction to the next */

/* The attention of one query: position in slot j receives the share e[j] / sum (kernels/ref/attention_law_ref.c). */
struct bn_kv_law {
    int n;              /* slots that it sees */
    const float *below; /* [n] scores, less the largest */
    const float *e;     /* [n] exp(below) */
    float sum, moment;  /* of e and of e * below */
};

struct bn_kv_policy {
    const char *name;
    int n_sinks;      /* first positions that are always kept */
    int window;       /* latest queries before an eviction whose attention scores slots; 0: the latest are the best */
    bool accumulates; /* scores grow from one eviction to the next; else each begins anew */
    bool recent_half; /* half of what stays are the latest positions */
    bool whole_layer; /* all heads of a layer score together */
    bool thresholds;  /* slots below kv_threshold go though the budget would keep them */
    int pool;         /* a slot scores as the best of as many positions before and after it */
    void (*weigh)(float *score, const struct bn_kv_law *law); /* adds what a query makes of each slot */
};
#define BN_KV_POLICY(policy, ...) const struct bn_kv_policy bn_kv_policy_##policy = {.name = #policy, __VA_ARGS__}

/* The policy of that name: NULL for "off" and NULL. BN_ERR_USAGE: unknown. */
enum bn_status bn_kv_policy_find(const struct bn_kv_policy **policy, const char *name, struct bn_error *err);
/* For `weigh`: adds each slot's share of attention. */
void bn_kv_weigh_attention(float *score, const struct bn_kv_law *law);
#endif
