/* yield_every_n_tokens.c - option: tokens that a piece of streamed text has (engine/generator.h). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_number("yield_every_n_tokens", value, 1, 4096, &s->generator.stream.every_n_tokens, err);
}

BN_OPTION(
    yield_every_n_tokens, .argument = "N", .values = (const char *const[]){"1", "4", NULL},
    .help =
        "stream text in pieces of N tokens, the first token at once; above 1, through a queue to a thread that writes",
    .exactness = "EXACT", .hypothesis = "S38", .least = 1, .most = 4096,
    .needs = "a program that hands text on as it is generated", .task = BN_TASK_STREAM, .set = set);
