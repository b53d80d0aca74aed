/* kv_min_keep.c - option: how many of the latest positions are never evicted (kv_prune). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_number("kv_min_keep", value, 1, 1 << 24, &s->session.kv_prune.min_keep, err);
}

BN_OPTION(kv_min_keep, .argument = "N", .values = (const char *const[]){"32", "128", NULL},
          .help = "latest positions that kv_prune never evicts", .exactness = "as kv_prune", .needs = "kv_prune",
          .least = 1, .most = 1 << 24, .set = set);
