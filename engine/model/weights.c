/* weights.c - binds the tensors of a complete source to their places in the forward pass. */
#include "engine/model/weights.h"
#include "engine/format/little_endian.h"
#include "engine/fit/inputs.h"
#include "engine/format/ternary.h"
#include "engine/model/linear/bind.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "blk.3.attn_q.weight" */
struct name {
    char text[96];
};
static struct name block_name(int layer, const char *leaf, const char *suffix)
{
    struct name n;
    snprintf(n.text, sizeof n.text, "blk.%d.%s%s", layer, leaf, suffix);
    return n;
}

/* A vector as floats; *out stays NULL when the model has none. */
static enum bn_status bind_vector(struct bn_binder *b, const float **out, const char *name)
{
    const struct bn_tensor *t = bn_source_tensor(b->source, name);
    if (!t) return BN_OK;
    size_t n = (size_t)(t->rows * t->cols);
    b->weights->n_parameters += n;
    if (!BN_CPU_IS_BIG_ENDIAN && t->encoding == BN_ENC_F32 && (uintptr_t)t->data % 4 == 0) {
        *out = t->data;
        return BN_OK;
    }
    float *values = bn_bind_floats(b, n, name);
    if (!values) return BN_ERR_MEMORY;
    const struct bn_encoding_traits *traits = bn_encoding_traits(t->encoding);
    for (int64_t r = 0; r < t->rows; r++) traits->unpack_row(values + r * t->cols, t->data, t->rows, t->cols, r);
    *out = values;
    return BN_OK;
}

/* A scalar blk.N.NAME.scale multiplies the result (FORMATS.md 2.2). */
static enum bn_status apply_scale(struct bn_binder *b, struct bn_linear *lin, const char *name)
{
    const float *factor = NULL;
    enum bn_status status = bind_vector(b, &factor, name);
    if (status != BN_OK || !factor || *factor == 1.0f) return status;
    float *scale = (float *)(uintptr_t)(lin->w_scale ? lin->w_scale : lin->plane_scale);
    if (!scale)
        return bn_fail(b->err, BN_ERR_UNSUPPORTED, "Tensor %s: a separate scale is supported for ternary weights only.",
                       name);
    for (int r = 0; r < (lin->plane_scale ? 2 * lin->rows : lin->w_scale_step ? lin->rows : 1); r++) {
        scale[r] *= *factor;
        if (!isfinite(scale[r]))
            return bn_fail(b->err, BN_ERR_FORMAT, "Tensor %s: the product with the weights' scale is not finite.",
                           name);
    }
    return BN_OK;
}

/* The linear from a tensor made for it, which is copied: nothing of it can stay in place. */
static enum bn_status bind_refitted(const struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *t)
{
    struct bn_tensor made;
    struct bn_model_options copying = *b->options;
    struct bn_binder inner = *b;
    copying.weights_in_place = false, inner.options = &copying;
    enum bn_status status = bn_refit_make(b->refit, &made, t, b->threads, b->err);
    if (status != BN_OK) return status;
    status = bn_linear_bind(&inner, lin, &made);
    free((void *)(uintptr_t)made.data);
    bn_bind_done_with(b, t);
    b->weights->stored = made.encoding;
    return status;
}

static enum bn_status bind_linear(struct bn_binder *b, struct bn_linear *lin, int layer, const char *leaf)
{
    struct bn_weights *w = b->weights;
    const struct bn_tensor *t = bn_source_tensor(b->source, block_name(layer, leaf, ".weight").text);
    w->stored = w->in_file = t->encoding;
    enum bn_status status = bn_refit_takes(b->refit, t) ? bind_refitted(b, lin, t) : bn_linear_bind(b, lin, t);
    if (status == BN_OK) status = bind_vector(b, &lin->norm_in, block_name(layer, leaf, "_norm_in.weight").text);
    w->bytes_per_token += (uint64_t)lin->rows * lin->row_bytes;
    w->macs_per_token += (uint64_t)lin->rows * (uint64_t)lin->cols;
    w->n_parameters += (uint64_t)lin->rows * (uint64_t)lin->cols;
    return status == BN_OK ? apply_scale(b, lin, block_name(layer, leaf, ".scale").text) : status;
}

static enum bn_status bind_layer(struct bn_binder *b, struct bn_layer *layer, int i)
{
    const struct {
        struct bn_linear *lin;
        const char *leaf;
    } linears[] = {{&layer->qkv[0], "attn_q"}, {&layer->qkv[1], "attn_k"},       {&layer->qkv[2], "attn_v"},
                   {&layer->o, "attn_output"}, {&layer->gate_up[0], "ffn_gate"}, {&layer->gate_up[1], "ffn_up"},
                   {&layer->down, "ffn_down"}};
    const struct {
        const float **out;
        const char *leaf;
    } norms[] = {{&layer->attn_norm, "attn_norm"},
                 {&layer->attn_sub_norm, "attn_sub_norm"},
                 {&layer->ffn_norm, "ffn_norm"},
                 {&layer->ffn_sub_norm, "ffn_sub_norm"}};
    enum bn_status status = BN_OK;
    for (size_t j = 0; j < sizeof linears / sizeof *linears && status == BN_OK; j++)
        status = bind_linear(b, linears[j].lin, i, linears[j].leaf);
    for (size_t j = 0; j < sizeof norms / sizeof *norms && status == BN_OK; j++)
        status = bind_vector(b, norms[j].out, block_name(i, norms[j].leaf, ".weight").text);
    return status;
}

static enum bn_status bind_ends(struct bn_binder *b)
{
    struct bn_weights *w = b->weights;
    const struct bn_tensor *output = bn_source_tensor(b->source, "output.weight");
    const struct bn_tensor *e = bn_source_tensor(b->source, "token_embd.weight");
    enum bn_status status = bn_linear_bind(b, &w->head, output ? output : e);
    if (status != BN_OK) return status;
    bool shared = !output && !BN_CPU_IS_BIG_ENDIAN && !w->head.w_scale && w->head.encoding == e->encoding;
    w->embedding = (struct bn_embedding){.tensor = e, .rows = shared ? w->head.data : e->data};
    w->head.rows = b->source->config.n_vocab;
    w->bytes_per_token += (uint64_t)w->head.rows * w->head.row_bytes;
    w->macs_per_token += (uint64_t)w->head.rows * (uint64_t)w->head.cols;
    w->n_parameters += (uint64_t)(e->rows * e->cols) * (output ? 2 : 1);
    status = bind_vector(b, &w->output_norm, "output_norm.weight");
    if (status == BN_OK) status = bind_vector(b, &w->rope_factors, "rope_freqs.weight");
    if (status != BN_OK || b->options->clip_embed_norm <= 0) return status;
    return bn_embedding_clip(&w->embedding, w->head.rows, b->options->clip_embed_norm, b->err);
}

/* What a ternary tensor takes: I2_S rows, which lut3 never exceeds, or floats. */
static size_t ternary_bytes(const struct bn_tensor *t, const struct bn_model_options *options)
{
    bool floats = !strcmp(options->ternary_layout, "f32");
    return (size_t)t->rows * (floats ? (size_t)t->cols * sizeof(float) : bn_ternary_row_bytes(t->cols));
}

/* What all matrices take in the region: ternary ones in their layout, the others as stored. What a form makes larger
 * finds memory of its own. */
static size_t matrix_bytes(const struct bn_source *source, const struct bn_model_options *options,
                           const struct bn_refit *refit)
{
    size_t total = 0;
    bool untied = bn_source_tensor(source, "output.weight");
    for (size_t i = 0; i < source->n_tensors; i++) {
        const struct bn_tensor *t = &source->tensors[i];
        bool made = bn_refit_takes(refit, t);
        bool ternary = made ? refit->to == BN_ENC_I2_S : bn_encoding_traits(t->encoding)->ternary;
        if (t->rows < 2 || (untied && !strcmp(t->name, "token_embd.weight"))) continue;
        if (options->weights_in_place && !made && (!ternary || bn_ternary_rows_in_place(t))) continue;
        total += bn_weight_memory_need(ternary ? ternary_bytes(t, options)
                                       : made  ? bn_refit_bytes(refit, t)
                                               : t->bytes);
    }
    return total;
}

enum bn_status bn_weights_open(struct bn_weights *weights, const struct bn_source *source,
                               const struct bn_kernels *kernels, const struct bn_model_options *options,
                               struct bn_refit *refit, const struct bn_blocked *blocked, struct bn_error *err)
{
    *weights = (struct bn_weights){.n_layers = source->config.n_layers};
    struct bn_binder b = {weights, source, kernels, NULL, options, refit, err, blocked};
    weights->layers = calloc((size_t)source->config.n_layers, sizeof *weights->layers);
    if (!weights->layers)
        return bn_fail_memory(err, "the layers", (size_t)source->config.n_layers * sizeof *weights->layers);
    enum bn_status status = bn_threads_open(&b.threads, bn_cores_available(), NULL, NULL, NULL, err);
    if (status == BN_OK) status = bn_weight_memory_open(&weights->memory, matrix_bytes(source, options, refit), err);
    if (status == BN_OK) status = bind_ends(&b);
    for (int i = 0; i < source->config.n_layers && status == BN_OK; i++)
        status = bind_layer(&b, &weights->layers[i], i);
    bn_threads_close(b.threads);
    if (status != BN_OK) bn_weights_close(weights);
    return status;
}

static void scale_inputs(struct bn_weights *w, struct bn_linear *linears, int n, struct bn_input_scale scale)
{
    for (int i = 0; i < n; i++)
        if (bn_linear_is_ternary(&linears[i])) linears[i].input_scale = scale, w->scales_inputs = true;
}

enum bn_status bn_weights_scale_inputs(struct bn_weights *w, const float *fixed, float factor, struct bn_error *err)
{
    for (int i = 0; i < w->n_layers; i++) {
        struct bn_layer *l = &w->layers[i];
        const struct {
            struct bn_linear *linears;
            int n;
            enum bn_op op;
        } sites[] = {
            {l->qkv, 3, BN_OP_QKV}, {&l->o, 1, BN_OP_O}, {l->gate_up, 2, BN_OP_GATE_UP}, {&l->down, 1, BN_OP_DOWN}};
        for (int j = 0; j < BN_SITES_PER_LAYER; j++)
            scale_inputs(w, sites[j].linears, sites[j].n,
                         (struct bn_input_scale){fixed ? fixed[bn_site(i, sites[j].op)] : 0, fixed ? 0 : factor});
    }
    return w->scales_inputs
               ? BN_OK
               : bn_fail(err, BN_ERR_UNSUPPORTED,
                         "The model quantises no activations; leave out activation_scales and scale_factor.");
}

bool bn_layer_has_input(const struct bn_layer *layer, const struct bn_linear *linear)
{
    bool first = linear == layer->qkv || linear == &layer->o || linear == layer->gate_up || linear == &layer->down;
    return first || linear->norm_in != linear[-1].norm_in;
}

void bn_weights_close(struct bn_weights *weights)
{
    bn_embedding_release(&weights->embedding);
    for (size_t i = 0; i < weights->n_owned; i++) free(weights->owned[i]);
    free(weights->owned);
    bn_weight_memory_close(&weights->memory);
    free(weights->layers);
    *weights = (struct bn_weights){0};
}
