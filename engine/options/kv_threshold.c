/* kv_threshold.c - option: below which score "dynamic" evicts a slot that the budget would keep (kv_prune). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_decimal("kv_threshold", value, 0, 10, &s->session.kv_prune.threshold, err);
}

BN_OPTION(kv_threshold, .argument = "T", .values = (const char *const[]){"0", "0.07", "0.5", NULL},
          .help = "kv_prune dynamic evicts slots that score below T times an average one even if the budget would keep "
                  "them; a higher T evicts more; 0: the budget alone decides, at 0.07 the threshold often does",
          .exactness = "as kv_prune", .needs = "kv_prune=dynamic", .hypothesis = "S25", .least = 0, .most = 10,
          .set = set);
