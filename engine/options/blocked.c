/* blocked.c - option: whether ternary weights come from the file that bitnet-repack has put beside the model. */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    bool on = true;
    enum bn_status status = bn_option_switch("blocked", value, &on, err);
    s->model.ignore_blocked = !on;
    return status;
}

/* There is no such file, or it is left alone. */
static bool idle(const char *value, const struct bn_model_info *model)
{
    (void)value;
    return !model->blocked;
}

BN_OPTION(blocked, .argument = "on|off", .values = (const char *const[]){"on", "off", NULL},
          .help = "use MODEL.blocked, which bitnet-repack makes, instead of packing ternary weights when a model is "
                  "opened; a file of another layout than ternary_layout is left alone",
          .exactness = "EXACT", .hypothesis = "S33 I08",
          .needs = "MODEL.blocked beside the model, made by bitnet-repack", .model = BN_MODEL_TERNARY, .idle = idle,
          .set = set);
