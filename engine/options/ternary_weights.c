/* ternary_weights.c - option: linears that are not ternary become so when the model is opened. */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_switch("ternary_weights", value, &s->model.ternary_weights, err);
}

static bool idle(const char *value, const struct bn_model_info *model)
{
    (void)value;
    return model->file_is_ternary;
}

BN_OPTION(ternary_weights, .argument = NULL, .values = (const char *const[]){"off", "on", NULL},
          .help = "ternary linears at load by BitNet's absmean rule, as bitnet-quantize --type ternary writes them; "
                  "ternary models stay as they are; wrq switches it off",
          .exactness = "other weights on models that are not ternary; EXACT on ternary ones", .idle = idle, .set = set);
