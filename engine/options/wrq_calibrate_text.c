/* wrq_calibrate_text.c - option: a text that weights the fit of wrq (engine/fit/importance.h). */
#include "engine/options/option.h"
#include <string.h>

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    (void)err;
    s->model.wrq_calibrate_text = strcmp(value, "off") ? value : NULL;
    return BN_OK;
}

BN_OPTION(wrq_calibrate_text, .argument = "FILE|off", .values = (const char *const[]){"off", NULL},
          .help = "wrq: weight the fit by the mean square of each input over this text; opens the model twice",
          .exactness = "as wrq: other weights of columns in the fit", .needs = "wrq", .takes_file = true, .set = set);
