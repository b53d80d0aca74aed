/* prompt_lookup.c - option: speculative decoding without a draft model (engine/generate/lookup.c). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_number("prompt_lookup", value, 0, BN_MAX_DRAFT, &s->generator.prompt_lookup, err);
}

BN_OPTION(prompt_lookup, .argument = "N", .values = (const char *const[]){"0", "7", "15", NULL},
          .help = "draft up to N tokens from what followed the same words earlier and verify them in one pass; 0: off",
          .exactness = "EXACT", .most = BN_MAX_DRAFT, .task = BN_TASK_GENERATE,
          .needs = "one sequence; greedy decoding without a repetition penalty", .set = set);
