/* fused_norm.c - option: RMSNorm and the quantisation of its result in one pass (kernels/ref/norm_quantize_ref.c). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_switch("fused_norm", value, &s->model.fused_norm, err);
}

BN_OPTION(fused_norm, .argument = NULL, .values = (const char *const[]){"off", "on", NULL},
          .help = "RMSNorm and quantisation of activations in one pass, without the normalised row in memory",
          .exactness = "EXACT", .hypothesis = "S41 I09", .model = BN_MODEL_TERNARY, .set = set);
