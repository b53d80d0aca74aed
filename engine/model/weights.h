/* weights.h - the tensors of a model bound to their places in the forward pass, in the layouts that kernels read. */
#ifndef BN_MODEL_WEIGHTS_H
#define BN_MODEL_WEIGHTS_H
#include "engine/model/embedding.h"
#include "engine/model/linear/linear.h"
#include "engine/model/linear/refit.h"
#include "engine/model/weight_memory.h"

struct bn_blocked;

struct bn_layer {
    const float *attn_norm, *attn_sub_norm, *ffn_norm, *ffn_sub_norm; /* NULL: the model has none */
    struct bn_linear qkv[3], o, gate_up[2], down;
};

struct bn_weights {
    int n_layers;
    struct bn_layer *layers;
    struct bn_embedding embedding;
    const float *output_norm;
    struct bn_linear head;
    const float *rope_factors;        /* [rope_dim / 2] divisors of the frequencies, or NULL */
    enum bn_encoding stored, in_file; /* encoding of the linears, and in the file, where they were refitted from it */
    size_t n_owned;
    void **owned;                   /* vectors and what finds no room in `memory`, freed by close */
    struct bn_weight_memory memory; /* matrices, in huge pages */
    bool scales_inputs;             /* some linear has an input_scale */
    uint64_t bytes_per_token, macs_per_token, n_parameters;
};

/* Binds every tensor of `source`, which is complete (format/complete.h) and must outlive the weights. options (may not
 * be NULL): float_activations unpacks ternary linears to F32, so that no activation is quantised for them;
 * weights_in_place leaves matrices that kernels can read as they are in the mapped file; ternary_layout names the
 * layout of a form (ternary_layout.h), which `blocked` may have ready (or NULL); clip_embed_norm > 0 limits the norm of
 * embedding rows. `refit` says what becomes of linears first. Fails for a separate scale of a linear that is not
 * ternary, and without memory. */
enum bn_status bn_weights_open(struct bn_weights *weights, const struct bn_source *source,
                               const struct bn_kernels *kernels, const struct bn_model_options *options,
                               struct bn_refit *refit, const struct bn_blocked *blocked, struct bn_error *err);
/* Replaces the scale per token of every ternary linear: fixed [n_layers * BN_SITES_PER_LAYER] by bn_site, or NULL for
 * `factor`. BN_ERR_UNSUPPORTED: no linear is ternary. */
enum bn_status bn_weights_scale_inputs(struct bn_weights *weights, const float *fixed, float factor,
                                       struct bn_error *err);
/* Whether the linear's input is quantised for it, and not for the one before it (q, k and v; gate and up). */
bool bn_layer_has_input(const struct bn_layer *layer, const struct bn_linear *linear);
void bn_weights_close(struct bn_weights *weights);
#endif
