/* kv_budget.c - option: how many positions stay in the KV cache when a policy evicts (kv_prune). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_decimal("kv_budget", value, 0.01, 1 << 24, &s->session.kv_prune.budget, err);
}

BN_OPTION(kv_budget, .argument = "N", .values = (const char *const[]){"0.5", "0.75", "0.25", NULL},
          .help = "most positions that kv_prune leaves in the KV cache: a share of those so far up to 1, else a number",
          .exactness = "as kv_prune", .needs = "kv_prune", .least = 0.01, .most = 1 << 24, .set = set);
