/* wrq.c - option: linears as two planes of signs, fitted when the model is opened (engine/model/linear/refit.h). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    return bn_option_switch("wrq", value, &s->model.wrq, err);
}

BN_OPTION(wrq, .argument = NULL, .values = (const char *const[]){"off", "on", NULL},
          .help = "weighted residual quantisation of the linears at load: two planes of signs with two scales a row, 2 "
                  "bits a weight; replaces ternary_weights",
          .exactness = "other weights: the nearest of four levels a row; on ternary models only roundings change",
          .hypothesis = "S03 S04 S05 S06 S08 S09", .set = set);
