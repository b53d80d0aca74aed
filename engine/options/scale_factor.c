/* scale_factor.c - option: one factor for the scales of all activations. */
#include "engine/options/option.h"
#include <stdlib.h>

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    char *end;
    float factor = strtof(value, &end);
    if (!*value || *end || !(factor >= 0.01f && factor <= 1))
        return bn_fail(err, BN_ERR_USAGE, "Option scale_factor must be a number from 0.01 to 1, not \"%s\".", value);
    s->model.scale_factor = factor < 1 ? factor : 0;
    return BN_OK;
}

BN_OPTION(scale_factor, .argument = "F", .values = (const char *const[]){"1", "0.75", NULL},
          .help = "int8 activations end at F times each token's largest magnitude, in steps F times as fine; 1: exact",
          .exactness = "other logits: the largest activations of every token are cut off", .needs = "a ternary model",
          .hypothesis = "S30", .model = BN_MODEL_TERNARY, .least = 0.01, .most = 1,
          .conflicts = (const char *const[]){"activation_scales", NULL}, .set = set);
