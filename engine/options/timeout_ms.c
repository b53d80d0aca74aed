/* timeout_ms.c - option: how long streamed text waits for the rest of its piece (engine/generator.h). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_number("timeout_ms", value, 0, 3600000, &s->generator.stream.timeout_ms, err);
}

BN_OPTION(timeout_ms, .argument = "N", .values = (const char *const[]){"0", "50", NULL},
          .help = "hand over a piece that is not complete after N milliseconds; 0: no limit", .exactness = "EXACT",
          .hypothesis = "S38", .least = 0, .most = 3600000, .needs = "a program that hands text on as it is generated",
          .task = BN_TASK_STREAM, .set = set);
