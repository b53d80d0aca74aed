/* kv_prune.c - option: which policy evicts positions from the KV cache (engine/model/kv). */
#include "engine/options/option.h"

/* The engine knows the names. */
static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    (void)err;
    s->session.kv_prune.policy = value;
    return BN_OK;
}

BN_OPTION(kv_prune, .argument = "off|window|sink|h2o|snapkv|tova|dynamic",
          .values = (const char *const[]){"off", "window", "sink", "h2o", "snapkv", "tova", "dynamic", NULL},
          .help = "evict positions from the KV cache and free their memory: all but the latest (window), but the first "
                  "four and the latest (sink), or but those that received most attention: so far (h2o), of the latest "
                  "queries (snapkv), of the last one (tova), by their part in its entropy (dynamic)",
          .exactness = "changes logits from the first eviction on; the same bits for every batch, thread count and CPU",
          .hypothesis = "S20 S21 S22 S23 S25", .set = set);
