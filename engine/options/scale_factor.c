/* scale_factor.c - option: one factor for the scales of all activations. */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    float factor;
    enum bn_status status = bn_option_decimal("scale_factor", value, 0.01, 1, &factor, err);
    if (status != BN_OK) return status;
    s->model.scale_factor = factor < 1 ? factor : 0;
    return BN_OK;
}

BN_OPTION(scale_factor, .argument = "F", .values = (const char *const[]){"1", "0.75", NULL},
          .help = "int8 activations end at F times each token's largest magnitude, in steps F times as fine; 1: exact",
          .exactness = "other logits: the largest activations of every token are cut off", .needs = "a ternary model",
          .hypothesis = "S30", .model = BN_MODEL_TERNARY, .least = 0.01, .most = 1,
          .conflicts = (const char *const[]){"activation_scales", NULL}, .set = set);
