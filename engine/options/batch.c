/* batch.c - option: how many tokens of a prompt go through the model at once. */
#include "engine/options/options.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_number("batch", value, 0, 4096, &s->session.n_batch, err);
}

BN_OPTION(batch, .argument = "N", .values = (const char *const[]){"0", "32", "128", "512", NULL},
          .help = "most tokens computed at once in prefill; 0: the engine's choice", .exactness = "EXACT", .set = set);
