/* weights.h - the tensors of a model bound to their places in the forward pass, in the layouts that kernels read. */
#ifndef BN_MODEL_WEIGHTS_H
#define BN_MODEL_WEIGHTS_H
#include "engine/format/source.h"
#include "engine/kernels/kernels.h"
#include "engine/model/weight_memory.h"

/* How a linear takes its input, and so what kernels multiply it with. */
enum bn_linear_kind {
    BN_LINEAR_TERNARY, /* I2_S rows, int8 activations per token (FORMATS.md 1.2) */
    BN_LINEAR_FLOAT,   /* F32, F16, BF16 with float activations */
    BN_LINEAR_BLOCK,   /* Q8_0, Q4_0, Q6_K with int8 activations per 256 */
};

struct bn_linear {
    enum bn_linear_kind kind;
    enum bn_encoding encoding; /* of `data`; ternary ones are BN_ENC_I2_S here */
    int rows, cols;
    const uint8_t *data; /* [rows][row_bytes], in the file's map or in memory of the weights */
    size_t row_bytes;
    const float *w_scale; /* ternary: one, or one per row */
    int w_scale_step;     /* 0 or 1, as in struct bn_ternary_args */
    bool lut3;            /* ternary: panels of kernels/lut3.h, not I2_S rows; row_bytes is then a row's share */
    const float *norm_in; /* [cols] weight of an RMSNorm on this projection's input alone, or NULL */
};

struct bn_layer {
    const float *attn_norm, *attn_sub_norm, *ffn_norm, *ffn_sub_norm; /* NULL: the model has none */
    struct bn_linear qkv[3], o, gate_up[2], down;
};

struct bn_weights {
    int n_layers;
    struct bn_layer *layers;
    const struct bn_tensor *embedding; /* as stored; rows are unpacked one at a time */
    const void *embedding_rows; /* its data: the head's copy when they are one tensor, so that the file's pages stay
                                   given back */
    const float *output_norm;
    struct bn_linear head;
    const float *rope_factors; /* [rope_dim / 2] divisors of the frequencies, or NULL */
    enum bn_encoding stored;   /* encoding of the linears in the file */
    size_t n_owned;
    void **owned;                   /* vectors and what finds no room in `memory`, freed by close */
    struct bn_weight_memory memory; /* matrices, in huge pages */
    uint64_t bytes_per_token, macs_per_token, n_parameters;
};

/* Binds and checks every tensor that the configuration calls for. `source` must outlive the weights. options (may not
 * be NULL): float_activations unpacks ternary linears to F32, so that no activation is quantised for them;
 * weights_in_place leaves matrices that kernels can read as they are in the mapped file; ternary_layout is "i2" or
 * "lut3". */
enum bn_status bn_weights_open(struct bn_weights *weights, const struct bn_source *source,
                               const struct bn_kernels *kernels, const struct bn_model_options *options,
                               struct bn_error *err);
void bn_weights_close(struct bn_weights *weights);
#endif
