/* warmup.c - option: touch everything that the first token needs before it is asked for (engine/model/warmup.h). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_switch("warmup", value, &s->session.warmup, err);
}

BN_OPTION(warmup, .argument = NULL, .values = (const char *const[]){"off", "on", NULL},
          .help =
              "before the first token: pin the threads, touch weights, scratch and the whole KV cache, and run a few "
              "steps on a scratch sequence",
          .task = BN_TASK_SESSION, .exactness = "EXACT", .hypothesis = "S35 S37", .set = set);
