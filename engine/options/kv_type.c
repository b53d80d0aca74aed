/* kv_type.c - option: the type of keys and values in the cache. */
#include "engine/options/option.h"
#include <string.h>

/* The session knows the names; "auto" is its own choice. */
static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    (void)err;
    s->session.kv_type = strcmp(value, "auto") ? value : NULL;
    return BN_OK;
}

/* What auto is for ternary models: engine/model/sequence.c. */
static bool idle(const char *value, const struct bn_model_info *model)
{
    return model->ternary_layout && !strcmp(value, "f16");
}

BN_OPTION(kv_type, .argument = "auto|f16|f32|q8_0|q4_0",
          .values = (const char *const[]){"auto", "f16", "f32", "q8_0", "q4_0", NULL},
          .help = "KV cache; auto is f16, f32 for float models; f16 becomes f32 for values above 65,504",
          .exactness = "each type yields its own logits, the same on every machine; q8_0 halves the bytes of f16, q4_0 "
                       "those of q8_0",
          .hypothesis = "C01", .idle = idle, .set = set);
