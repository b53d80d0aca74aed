/* head_screening.c - option: compute exactly only the logits that can win (engine/model/screen.h). */
#include "engine/options/option.h"

static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    enum bn_status status = bn_option_switch("head_screening", value, &s->model.head_screening, err);
    s->generator.head_screening = s->model.head_screening;
    return status;
}

BN_OPTION(head_screening, .argument = NULL, .values = (const char *const[]){"off", "on", NULL},
          .help =
              "in decode, compute exactly only logits that can win; for f16, bf16 and f32 heads, takes 8.5 bits per "
              "head weight",
          .exactness = "EXACT for greedy and top-k", .model = BN_MODEL_FLOAT_HEAD, .task = BN_TASK_GENERATE,
          .needs = "one sequence; greedy or top-k (at most 256) decoding without a repetition penalty",
          .conflicts = (const char *const[]){"prompt_lookup", NULL}, .set = set);
