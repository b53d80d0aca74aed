/* safetensors.c - a directory of safetensors files in Hugging Face form. */
#include "engine/format/owner.h"

enum bn_status bn_safetensors_open(struct bn_source *source, const char *path,
                                   const struct bn_model_options *options, struct bn_error *err)
{
    (void)source, (void)options;
    return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: directories cannot be read yet; convert the model to GGUF.",
                   path);
}
