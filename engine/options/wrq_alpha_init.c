/* wrq_alpha_init.c - option: where the fit of the second plane begins (engine/fit/binary_planes.h). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_decimal("wrq_alpha_init", value, 0.01, 2, &s->model.wrq_alpha_init, err);
}

BN_OPTION(wrq_alpha_init, .argument = "X", .values = (const char *const[]){"0.85", "0.5", NULL}, .least = 0.01,
          .most = 2, .help = "wrq: the second plane's scale starts at X times the mean residual",
          .exactness = "EXACT: the first round of least squares forgets where it began", .needs = "wrq", .set = set);
