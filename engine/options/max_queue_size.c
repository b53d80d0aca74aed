/* max_queue_size.c - option: pieces of streamed text that may wait for a slow reader (engine/generator.h). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_number("max_queue_size", value, 0, 65536, &s->generator.stream.max_queue, err);
}

BN_OPTION(max_queue_size, .argument = "N", .values = (const char *const[]){"0", "16", NULL},
          .help = "pieces of text that may wait for a slow reader before generation does; 0: 16 if another streaming "
                  "option is given, else text is written as it is generated",
          .exactness = "EXACT", .hypothesis = "S38", .least = 0, .most = 65536,
          .needs = "a program that hands text on as it is generated", .task = BN_TASK_STREAM, .set = set);
