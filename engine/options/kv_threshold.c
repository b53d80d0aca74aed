/* kv_threshold.c - option: below which score "dynamic" evicts a slot that the budget would keep (kv_prune). */
#include "engine/options/option.h"

/* 0 is no threshold; the engine's zero is its default. */
static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    float *threshold = &s->session.kv_prune.threshold;
    enum bn_status status = bn_option_decimal("kv_threshold", value, 0, 10, threshold, err);
    if (status == BN_OK && *threshold == 0) *threshold = -1;
    return status;
}

BN_OPTION(kv_threshold, .argument = "T", .values = (const char *const[]){"0.07", "0", "0.5", NULL},
          .help = "kv_prune dynamic evicts slots that score below T times an average one even if the budget would keep "
                  "them; a higher T evicts more; 0: the budget alone decides",
          .exactness = "as kv_prune", .needs = "kv_prune=dynamic", .hypothesis = "S25", .least = 0, .most = 10,
          .set = set);
