/* activation_scales.c - option: one calibrated scale for each site's activations instead of one per token
 * (engine/fit/activation_scales.h). */
#include "engine/options/option.h"
#include <string.h>

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    (void)err;
    s->model.activation_scales = strcmp(value, "off") ? value : NULL;
    return BN_OK;
}

BN_OPTION(
    activation_scales, .argument = "FILE|off", .values = (const char *const[]){"off", NULL},
    .help = "calibrated scales of int8 activations (activation_scales.json of bitnet-calibrate); off: one per token",
    .exactness = "other logits: activations above 127.5 steps are cut off, small ones rounded to coarser steps",
    .hypothesis = "S26 S27 S29", .model = BN_MODEL_TERNARY, .takes_file = true,
    .needs = "a ternary model, and a file that bitnet-calibrate made for it",
    .conflicts = (const char *const[]){"scale_factor", NULL}, .set = set);
