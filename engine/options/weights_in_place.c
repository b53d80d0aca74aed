/* weights_in_place.c - option: read weights from the mapped file instead of copying them into huge pages. */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_switch("weights_in_place", value, &s->model.weights_in_place, err);
}

BN_OPTION(
    weights_in_place, .argument = NULL, .values = (const char *const[]){"off", "on", NULL},
    .help = "read weights from the mapped file instead of copying them into huge pages: starts faster, decodes slower",
    .exactness = "EXACT", .hypothesis = "I08", .set = set);
