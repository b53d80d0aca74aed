/* fuse_subwords.c - option: take the first layer's q, k and v of tokens seen before from a table
 * (engine/model/first_qkv.h). */
#include "engine/options/option.h"
#include <string.h>

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    s->model.fuse_subwords = 0;
    return strcmp(value, "off") ? bn_option_number("fuse_subwords", value, 1, 1 << 20, &s->model.fuse_subwords, err)
                                : BN_OK;
}

BN_OPTION(fuse_subwords, .argument = "off|N", .values = (const char *const[]){"off", "4096", NULL},
          .help = "keep the first layer's q, k and v, before rotation, of N tokens, instead of computing them again",
          .exactness = "EXACT", .hypothesis = "S11", .least = 1, .most = 1 << 20,
          .conflicts = (const char *const[]){"activation_scales", "scale_factor", NULL}, .set = set);
