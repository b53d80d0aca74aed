/* batch.c - option: how many prompt tokens the model processes at once. */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_number("batch", value, 0, 4096, &s->session.n_batch, err);
}

BN_OPTION(batch, .argument = "N", .values = (const char *const[]){"0", "32", "128", "512", NULL},
          .help = "maximum number of tokens computed at once in prefill; 0: chosen by the engine",
          .task = BN_TASK_SESSION, .exactness = "EXACT", .most = 4096, .set = set);
