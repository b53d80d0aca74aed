/* kv_warmup_steps.c - option: during how many first positions of a text nothing is evicted (kv_prune). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_number("kv_warmup_steps", value, 0, 1 << 24, &s->session.kv_prune.warmup_steps, err);
}

BN_OPTION(kv_warmup_steps, .argument = "N", .values = (const char *const[]){"8", "512", NULL},
          .help = "first positions of a text, prompt included, during which kv_prune evicts nothing",
          .exactness = "as kv_prune", .needs = "kv_prune", .least = 0, .most = 1 << 24, .set = set);
