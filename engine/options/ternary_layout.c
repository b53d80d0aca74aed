/* ternary_layout.c - option: how ternary weights lie in memory. */
#include "engine/options/options.h"

/* The model knows the names. */
static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    (void)err;
    s->model.ternary_layout = value;
    return BN_OK;
}

BN_OPTION(ternary_layout, .argument = "i2|t5", .values = (const char *const[]){"i2", "t5", NULL},
          .help = "ternary weights in memory: 2 bits each, or 1.6, which saves memory and pays where many threads share little bandwidth", .exactness = "EXACT", .set = set);
