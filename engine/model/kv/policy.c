/* policy.c - the table of eviction policies, from policies.list. */
#include "engine/model/kv/policy.h"
#include <string.h>

#define POLICY(name) extern const struct bn_kv_policy bn_kv_policy_##name;
#include "engine/model/kv/policies.list"
#undef POLICY
static const struct bn_kv_policy *const table[] = {
#define POLICY(name) &bn_kv_policy_##name,
#include "engine/model/kv/policies.list"
#undef POLICY
};

#define POLICY(name) #name ", "
static const char names[] =
#include "engine/model/kv/policies.list"
    "off";
#undef POLICY

enum bn_status bn_kv_policy_find(const struct bn_kv_policy **policy, const char *name, struct bn_error *err)
{
    *policy = NULL;
    if (!name || !strcmp(name, "off")) return BN_OK;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(name, table[i]->name)) return *policy = table[i], BN_OK;
    return bn_fail(err, BN_ERR_USAGE, "Unknown KV pruning policy \"%s\"; choose one of %s.", name, names);
}
