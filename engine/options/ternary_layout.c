/* ternary_layout.c - option: the layout of ternary weights in memory. */
#include "engine/options/option.h"
#include <string.h>

/* The model knows the names. */
static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    (void)err;
    s->model.ternary_layout = value;
    return BN_OK;
}

static bool idle(const char *value, const struct bn_model_info *model) { return !strcmp(value, model->ternary_layout); }

BN_OPTION(ternary_layout, .argument = "auto|i2|lut3|f32", .values = (const char *const[]){"auto", "i2", "lut3", NULL},
          .help = "ternary weights in memory: rows of 2 bits, panels of 1.67 bits for table look-ups, floats "
                  "(baseline; 32 bits), or whichever measured best on this CPU",
          .exactness = "EXACT", .hypothesis = "S33 I07", .model = BN_MODEL_TERNARY, .idle = idle, .set = set);
