/* clip_embed_norm.c - option: limit the norm of embedding rows (engine/model/embedding.h). */
#include "engine/options/option.h"
#include <float.h>
#include <stdlib.h>
#include <string.h>

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    char *end;
    double most = strcmp(value, "off") ? strtod(value, &end) : 0;
    bool number = strcmp(value, "off") && end != value && !*end && most >= (double)FLT_MIN && most <= (double)FLT_MAX;
    s->model.clip_embed_norm = (float)most;
    if (number || !strcmp(value, "off")) return BN_OK;
    return bn_fail(err, BN_ERR_USAGE, "Option clip_embed_norm must be off or a number above 0, not \"%s\".", value);
}

BN_OPTION(clip_embed_norm, .argument = "off|C", .values = (const char *const[]){"off", "1.2", NULL},
          .help = "rescale embedding rows whose Euclidean norm exceeds C to norm C",
          .exactness = "another function: logits change for texts with a token whose row is rescaled",
          .hypothesis = "S11", .set = set);
