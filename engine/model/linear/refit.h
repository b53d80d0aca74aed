/* refit.h - linears quantised when a model is opened (--wrq, --ternary_weights) instead of by bitnet-quantize: the same
 * weights as its file of that type would have. Head and embedding stay as they are. */
#ifndef BN_MODEL_LINEAR_REFIT_H
#define BN_MODEL_LINEAR_REFIT_H
#include "engine/core/threads.h"
#include "engine/fit/importance.h"
#include "engine/format/convert.h"

struct bn_refit {
    enum bn_encoding to; /* BN_ENC_NONE: nothing is refitted */
    bool replaced;       /* ternary_weights was asked for too, and gives way to wrq */
    struct bn_fit fit;
    struct bn_importance *importance; /* of columns, or NULL */
    struct bn_fit_loss loss;          /* of all tensors made; stays 0 for ternary ones */
};

/* What the options ask for. With wrq_calibrate_text, runs that text through the model as it is. */
enum bn_status bn_refit_open(struct bn_refit *refit, const char *path, const struct bn_model_options *options,
                             struct bn_error *err);
/* What became of ternary_weights: "off", "on", or a sentence. */
const char *bn_refit_ternary(const struct bn_refit *refit);
void bn_refit_close(struct bn_refit *refit);
/* Whether this tensor is refitted: a linear of a layer that has not this form already; and its bytes then. */
bool bn_refit_takes(const struct bn_refit *refit, const struct bn_tensor *tensor);
size_t bn_refit_bytes(const struct bn_refit *refit, const struct bn_tensor *tensor);
/* Makes the tensor of the new encoding; free `made->data`. BN_ERR_UNSUPPORTED: the encoding cannot hold its rows. */
enum bn_status bn_refit_make(struct bn_refit *refit, struct bn_tensor *made, const struct bn_tensor *tensor,
                             struct bn_threads *threads, struct bn_error *err);
#endif
