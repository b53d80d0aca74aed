/* weights.c - finds each tensor by name, checks its shape and puts it into the layout its kernel reads: in place where
 * the file already has it, transcoded (all cores) where not. */
#include "engine/model/weights.h"
#include "engine/core/threads.h"
#include "engine/format/half.h"
#include "engine/format/ternary.h"
#include "engine/kernels/lut3.h"
#include "engine/model/ternary_layout.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct binder {
    struct bn_weights *weights;
    const struct bn_source *source;
    const struct bn_kernels *kernels;
    struct bn_threads *threads;
    const struct bn_model_options *options;
    struct bn_error *err;
};

static void *own(struct binder *b, size_t bytes, const char *what)
{
    struct bn_weights *w = b->weights;
    void **more = realloc(w->owned, (w->n_owned + 1) * sizeof *more);
    if (more) w->owned = more;
    void *memory =
        more ? aligned_alloc(64, (bytes + 127) / 64 * 64) : NULL; /* 64 spare bytes: kernels may read whole vectors */
    if (!memory) {
        bn_fail_memory(b->err, what, bytes);
        return NULL;
    }
    w->owned[w->n_owned++] = memory;
    return memory;
}

/* Ternary rows in memory end in whole blocks. */
static int padded_cols(int64_t cols) { return (int)((cols + 127) / 128 * 128); }

/* Rows worked on by all threads. */
struct row_job {
    const struct bn_tensor *tensor;
    uint8_t *out;
    size_t row_bytes;
    int n_threads;
    void (*row)(uint8_t *out, const struct bn_tensor *tensor, int64_t row, float *buffer);
    float *buffers; /* [n_threads][cols] */
};

static void run_rows(void *arg, int thread)
{
    const struct row_job *job = arg;
    int begin, end;
    bn_share((int)job->tensor->rows, 1, thread, job->n_threads, &begin, &end);
    for (int r = begin; r < end; r++)
        job->row(job->out + (size_t)r * job->row_bytes, job->tensor, r,
                 job->buffers + (size_t)thread * (size_t)job->tensor->cols);
}

static void row_to_i2s(uint8_t *out, const struct bn_tensor *tensor, int64_t row, float *buffer)
{
    (void)buffer;
    bn_ternary_row(out, tensor, row);
}

static void row_to_f16(uint8_t *out, const struct bn_tensor *tensor, int64_t row, float *buffer)
{
    bn_encoding_traits(tensor->encoding)->unpack_row(buffer, tensor->data, tensor->rows, tensor->cols, row);
    uint16_t *half = (uint16_t *)(void *)out;
    for (int64_t k = 0; k < tensor->cols; k++) half[k] = bn_f32_to_f16(buffer[k]);
}

static void row_to_f32(uint8_t *out, const struct bn_tensor *tensor, int64_t row, float *buffer)
{
    (void)buffer;
    bn_encoding_traits(tensor->encoding)
        ->unpack_row((float *)(void *)out, tensor->data, tensor->rows, tensor->cols, row);
}

static void row_to_cpu(uint8_t *out, const struct bn_tensor *tensor, int64_t row, float *buffer)
{
    size_t bytes = bn_encoding_traits(tensor->encoding)->tensor_bytes(1, tensor->cols);
    (void)buffer;
    bn_encoding_row_to_cpu(tensor->encoding, out, (const uint8_t *)tensor->data + (size_t)row * bytes, bytes);
}

/* Room for a matrix: in huge pages while they last. */
static void *own_matrix(struct binder *b, size_t bytes, const char *what)
{
    void *p = bn_weight_memory_take(&b->weights->memory, bytes);
    return p ? p : own(b, bytes, what);
}

static bool wants_lut3(const struct bn_model_options *options, const struct bn_tensor *tensor)
{
    if (strcmp(options->ternary_layout, "lut3")) return false;
    if (options->kernel_backend && !strcmp(options->kernel_backend, "reference64")) return false; /* reads I2_S only */
    return bn_ternary_fits_lut3(tensor);
}

/* Ternary rows as panels; lin->lut3 stays false where a damaged tensor cannot be packed: it keeps its rows and its
 * results. */
static enum bn_status panels(struct binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    size_t bytes = bn_lut3_bytes(lin->rows, padded_cols(tensor->cols));
    uint8_t *out = own_matrix(b, bytes, tensor->name);
    bool bad;
    if (!out) return BN_ERR_MEMORY;
    enum bn_status status = bn_ternary_pack_lut3(b->threads, b->kernels, out, tensor, &bad, b->err);
    if (status != BN_OK || bad) return status;
    if (bn_source_in_file(b->source, tensor->data)) bn_weight_memory_release(tensor->data, tensor->bytes);
    lin->data = out;
    lin->row_bytes = bytes / (size_t)lin->rows;
    lin->lut3 = true;
    return BN_OK;
}

static enum bn_status transcode(struct binder *b, struct bn_linear *lin, const struct bn_tensor *tensor,
                                size_t row_bytes, void (*row)(uint8_t *, const struct bn_tensor *, int64_t, float *))
{
    if ((uint64_t)tensor->rows * row_bytes > PTRDIFF_MAX)
        return bn_fail_memory(b->err, tensor->name, SIZE_MAX); /* 32-bit CPUs */
    struct row_job job = {
        tensor,    own_matrix(b, (size_t)tensor->rows * row_bytes, tensor->name),
        row_bytes, bn_threads_count(b->threads),
        row,       malloc((size_t)bn_threads_count(b->threads) * (size_t)tensor->cols * sizeof(float))};
    if (job.out && job.buffers) bn_threads_run(b->threads, run_rows, &job);
    free(job.buffers);
    if (!job.out || !job.buffers) return bn_fail_memory(b->err, tensor->name, (size_t)tensor->rows * row_bytes);
    if (bn_source_in_file(b->source, tensor->data)) bn_weight_memory_release(tensor->data, tensor->bytes);
    lin->data = job.out;
    lin->row_bytes = row_bytes;
    return BN_OK;
}

/* Rows that kernels can read as they are: copied into huge pages, or left where they lie. */
static enum bn_status settle(struct binder *b, struct bn_linear *lin, const uint8_t *rows, const char *name)
{
    lin->data = rows;
    if (b->options->weights_in_place) return BN_OK;
    size_t bytes = (size_t)lin->rows * lin->row_bytes;
    void *copy = own_matrix(b, bytes, name);
    if (!copy) return BN_ERR_MEMORY;
    bn_weight_memory_copy(b->threads, copy, rows, bytes, bn_source_in_file(b->source, rows));
    lin->data = copy;
    return BN_OK;
}

/* Ternary values stay ternary when one scale a tensor or a row describes them; scales inside rows make them floats (f16
 * holds every scale times -1, 0, 1 exactly). */
static enum bn_status bind_ternary(struct binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    if (b->options->float_activations) {
        lin->kind = BN_LINEAR_FLOAT;
        lin->encoding = BN_ENC_F32;
        return transcode(b, lin, tensor, (size_t)tensor->cols * 4, row_to_f32);
    }
    float *scale = own(b, (size_t)tensor->rows * sizeof *scale, "weight scales");
    if (!scale) return BN_ERR_MEMORY;
    enum bn_scale_span span = bn_ternary_scales(scale, tensor);
    if (span == BN_SCALE_BLOCK) {
        lin->kind = BN_LINEAR_FLOAT;
        lin->encoding = BN_ENC_F16;
        return transcode(b, lin, tensor, (size_t)tensor->cols * 2, row_to_f16);
    }
    lin->kind = BN_LINEAR_TERNARY;
    lin->encoding = BN_ENC_I2_S;
    lin->w_scale = scale;
    lin->w_scale_step = span == BN_SCALE_ROW;
    lin->row_bytes = bn_ternary_row_bytes(tensor->cols);
    if (wants_lut3(b->options, tensor)) {
        enum bn_status status = panels(b, lin, tensor);
        if (status != BN_OK || lin->lut3) return status;
    }
    const uint8_t *rows = bn_ternary_rows_in_place(tensor);
    return rows ? settle(b, lin, rows, tensor->name) : transcode(b, lin, tensor, lin->row_bytes, row_to_i2s);
}

static enum bn_status bind_data(struct binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    const struct bn_encoding_traits *traits = bn_encoding_traits(tensor->encoding);
    lin->rows = (int)tensor->rows;
    lin->cols = (int)tensor->cols;
    lin->encoding = tensor->encoding;
    if (traits->ternary) return bind_ternary(b, lin, tensor);
    switch (tensor->encoding) {
    case BN_ENC_Q1_0:
    case BN_ENC_Q2_0: /* rare: as f16, which holds their values */
        lin->encoding = BN_ENC_F16;
        lin->kind = BN_LINEAR_FLOAT;
        return transcode(b, lin, tensor, (size_t)tensor->cols * 2, row_to_f16);
    case BN_ENC_Q8_0:
    case BN_ENC_Q4_0:
    case BN_ENC_Q6_K:
        lin->kind = BN_LINEAR_BLOCK;
        break;
    default:
        lin->kind = BN_LINEAR_FLOAT;
    }
    lin->row_bytes = traits->tensor_bytes(1, tensor->cols);
    if (BN_CPU_IS_BIG_ENDIAN) return transcode(b, lin, tensor, lin->row_bytes, row_to_cpu);
    return settle(b, lin, tensor->data, tensor->name);
}

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

/* A vector as floats [n]; *out stays NULL when it is absent and `optional`. */
static enum bn_status bind_vector(struct binder *b, const float **out, const char *name, int n, bool optional)
{
    const struct bn_tensor *t = bn_source_tensor(b->source, name);
    if (!t)
        return optional
                   ? BN_OK
                   : bn_fail(b->err, BN_ERR_FORMAT, "The model has no tensor %s, which its architecture needs.", name);
    if (t->rows * t->cols != n)
        return bn_fail(b->err, BN_ERR_FORMAT, "Tensor %s has %lld values where the model's dimensions call for %d.",
                       name, (long long)(t->rows * t->cols), n);
    b->weights->n_parameters += (uint64_t)n;
    if (!BN_CPU_IS_BIG_ENDIAN && t->encoding == BN_ENC_F32 && (uintptr_t)t->data % 4 == 0) {
        *out = t->data;
        return BN_OK;
    }
    float *values = own(b, (size_t)n * sizeof *values, name);
    if (!values) return BN_ERR_MEMORY;
    const struct bn_encoding_traits *traits = bn_encoding_traits(t->encoding);
    for (int64_t r = 0; r < t->rows; r++) traits->unpack_row(values + r * t->cols, t->data, t->rows, t->cols, r);
    *out = values;
    return BN_OK;
}

static enum bn_status bind_linear(struct binder *b, struct bn_linear *lin, int layer, const char *leaf, int rows,
                                  int cols)
{
    struct name stored = block_name(layer, leaf, ".weight"), bias = block_name(layer, leaf, ".bias"),
                scale = block_name(layer, leaf, ".scale");
    const char *name = stored.text;
    const struct bn_tensor *t = bn_source_tensor(b->source, name);
    if (!t) return bn_fail(b->err, BN_ERR_FORMAT, "The model has no tensor %s, which its architecture needs.", name);
    if (t->rows != rows || t->cols != cols)
        return bn_fail(b->err, BN_ERR_FORMAT, "Tensor %s is %lld x %lld where the model's dimensions call for %d x %d.",
                       name, (long long)t->rows, (long long)t->cols, rows, cols);
    if (bn_source_tensor(b->source, bias.text))
        return bn_fail(b->err, BN_ERR_UNSUPPORTED,
                       "Tensor %s: linears with a bias are no BitNet form that this engine runs.", bias.text);
    enum bn_status status = bind_data(b, lin, t);
    if (status == BN_OK)
        status = bind_vector(b, &lin->norm_in, block_name(layer, leaf, "_norm_in.weight").text, cols, true);
    b->weights->bytes_per_token += (uint64_t)rows * lin->row_bytes;
    b->weights->macs_per_token += (uint64_t)rows * (uint64_t)cols;
    b->weights->n_parameters += (uint64_t)rows * (uint64_t)cols;
    b->weights->stored = t->encoding;
    /* A scalar blk.N.NAME.scale multiplies the result (FORMATS.md 2.2). */
    const float *factor = NULL;
    if (status == BN_OK) status = bind_vector(b, &factor, scale.text, 1, true);
    if (status != BN_OK || !factor || *factor == 1.0f) return status;
    if (lin->kind != BN_LINEAR_TERNARY)
        return bn_fail(b->err, BN_ERR_UNSUPPORTED, "Tensor %s: a separate scale is supported for ternary weights only.",
                       scale.text);
    for (int r = 0; r < (lin->w_scale_step ? rows : 1); r++) ((float *)(uintptr_t)lin->w_scale)[r] *= *factor;
    return BN_OK;
}

static enum bn_status bind_layer(struct binder *b, struct bn_layer *layer, int i)
{
    const struct bn_config *c = &b->source->config;
    int q = c->n_heads * c->head_dim, kv = c->n_kv_heads * c->head_dim;
    const struct {
        struct bn_linear *lin;
        const char *leaf;
        int rows, cols;
    } linears[] = {
        {&layer->qkv[0], "attn_q", q, c->dim},
        {&layer->qkv[1], "attn_k", kv, c->dim},
        {&layer->qkv[2], "attn_v", kv, c->dim},
        {&layer->o, "attn_output", c->dim, q},
        {&layer->gate_up[0], "ffn_gate", c->ffn_dim, c->dim},
        {&layer->gate_up[1], "ffn_up", c->ffn_dim, c->dim},
        {&layer->down, "ffn_down", c->dim, c->ffn_dim},
    };
    const struct {
        const float **out;
        const char *leaf;
        int n;
    } norms[] = {{&layer->attn_norm, "attn_norm", c->dim},
                 {&layer->attn_sub_norm, "attn_sub_norm", q},
                 {&layer->ffn_norm, "ffn_norm", c->dim},
                 {&layer->ffn_sub_norm, "ffn_sub_norm", c->ffn_dim}};
    enum bn_status status = BN_OK;
    for (size_t j = 0; j < sizeof linears / sizeof *linears && status == BN_OK; j++)
        status = bind_linear(b, linears[j].lin, i, linears[j].leaf, linears[j].rows, linears[j].cols);
    for (size_t j = 0; j < sizeof norms / sizeof *norms && status == BN_OK; j++)
        status = bind_vector(b, norms[j].out, block_name(i, norms[j].leaf, ".weight").text, norms[j].n, true);
    if (status != BN_OK) return status;
    if (!layer->attn_norm && !layer->qkv[0].norm_in)
        return bn_fail(b->err, BN_ERR_FORMAT,
                       "Layer %d has neither blk.%d.attn_norm.weight nor input norms of its projections.", i, i);
    if (!strncmp(c->architecture, "bitnet", 6) && (!layer->attn_sub_norm || !layer->ffn_sub_norm))
        return bn_fail(b->err, BN_ERR_FORMAT,
                       "Layer %d lacks attn_sub_norm or ffn_sub_norm, which architecture %s needs.", i,
                       c->architecture);
    return BN_OK;
}

static enum bn_status bind_ends(struct binder *b)
{
    struct bn_weights *w = b->weights;
    const struct bn_config *c = &b->source->config;
    w->embedding = bn_source_tensor(b->source, "token_embd.weight");
    if (!w->embedding) return bn_fail(b->err, BN_ERR_FORMAT, "The model has no tensor token_embd.weight.");
    if (w->embedding->rows < c->n_vocab || w->embedding->cols != c->dim)
        return bn_fail(b->err, BN_ERR_FORMAT,
                       "token_embd.weight is %lld x %lld where vocabulary and width are %d x %d.",
                       (long long)w->embedding->rows, (long long)w->embedding->cols, c->n_vocab, c->dim);
    const struct bn_tensor *output = bn_source_tensor(b->source, "output.weight");
    if (output && (output->rows < c->n_vocab || output->cols != c->dim))
        return bn_fail(b->err, BN_ERR_FORMAT, "output.weight is %lld x %lld where vocabulary and width are %d x %d.",
                       (long long)output->rows, (long long)output->cols, c->n_vocab, c->dim);
    enum bn_status status = bind_data(b, &w->head, output ? output : w->embedding);
    bool shared = !output && !BN_CPU_IS_BIG_ENDIAN && w->head.kind != BN_LINEAR_TERNARY &&
                  w->head.encoding == w->embedding->encoding;
    w->embedding_rows = shared ? w->head.data : w->embedding->data;
    w->head.rows = c->n_vocab;
    w->bytes_per_token += (uint64_t)w->head.rows * w->head.row_bytes;
    w->macs_per_token += (uint64_t)w->head.rows * (uint64_t)w->head.cols;
    w->n_parameters += (uint64_t)(w->embedding->rows * w->embedding->cols) * (output ? 2 : 1);
    if (status == BN_OK) status = bind_vector(b, &w->output_norm, "output_norm.weight", c->dim, false);
    if (status == BN_OK) status = bind_vector(b, &w->rope_factors, "rope_freqs.weight", c->rope_dim / 2, true);
    return status;
}

static enum bn_status check_config(const struct bn_config *c, struct bn_error *err)
{
    const struct {
        const char *what;
        int value, most;
    } sizes[] = {{"layers", c->n_layers, 4096},
                 {"width", c->dim, 1 << 20},
                 {"feed-forward width", c->ffn_dim, 1 << 22},
                 {"heads", c->n_heads, 4096},
                 {"key-value heads", c->n_kv_heads, 4096},
                 {"head size", c->head_dim, 4096},
                 {"vocabulary", c->n_vocab, 1 << 24},
                 {"context", c->n_ctx_train, 1 << 24}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i].value < 1 || sizes[i].value > sizes[i].most)
            return bn_fail(err, BN_ERR_FORMAT, "The model's number of %s is %d; this engine takes 1 to %d.",
                           sizes[i].what, sizes[i].value, sizes[i].most);
    if (c->n_heads % c->n_kv_heads)
        return bn_fail(err, BN_ERR_FORMAT, "%d heads cannot share %d key-value heads evenly.", c->n_heads,
                       c->n_kv_heads);
    if (c->rope_dim < 2 || c->rope_dim % 2 || c->rope_dim > c->head_dim)
        return bn_fail(err, BN_ERR_FORMAT, "%d rotated dimensions do not fit a head of %d.", c->rope_dim, c->head_dim);
    return BN_OK;
}

/* What all matrices take in the region: ternary ones as I2_S rows, the others as stored. Tensors that become floats are
 * not counted; they find memory of their own. */
static size_t matrix_bytes(const struct bn_source *source, const struct bn_model_options *options)
{
    size_t total = 0;
    bool untied = bn_source_tensor(source, "output.weight");
    for (size_t i = 0; i < source->n_tensors; i++) {
        const struct bn_tensor *t = &source->tensors[i];
        bool ternary = bn_encoding_traits(t->encoding)->ternary;
        if (t->rows < 2 || (untied && !strcmp(t->name, "token_embd.weight"))) continue;
        if (options->weights_in_place && (!ternary || bn_ternary_rows_in_place(t))) continue;
        total += bn_weight_memory_need(ternary ? (size_t)t->rows * bn_ternary_row_bytes(t->cols) : t->bytes);
    }
    return total;
}

enum bn_status bn_weights_open(struct bn_weights *weights, const struct bn_source *source,
                               const struct bn_kernels *kernels, const struct bn_model_options *options,
                               struct bn_error *err)
{
    *weights = (struct bn_weights){.n_layers = source->config.n_layers};
    if (strcmp(options->ternary_layout, "i2") && strcmp(options->ternary_layout, "lut3"))
        return bn_fail(err, BN_ERR_USAGE, "There is no ternary layout '%s'; auto, i2 and lut3 are there.",
                       options->ternary_layout);
    enum bn_status status = check_config(&source->config, err);
    if (status != BN_OK) return status;
    struct binder b = {weights, source, kernels, NULL, options, err};
    weights->layers = calloc((size_t)source->config.n_layers, sizeof *weights->layers);
    if (!weights->layers)
        return bn_fail_memory(err, "the layers", (size_t)source->config.n_layers * sizeof *weights->layers);
    status = bn_threads_open(&b.threads, bn_cores_available(), NULL, NULL, NULL, err);
    if (status == BN_OK) status = bn_weight_memory_open(&weights->memory, matrix_bytes(source, options), err);
    if (status == BN_OK) status = bind_ends(&b);
    for (int i = 0; i < source->config.n_layers && status == BN_OK; i++)
        status = bind_layer(&b, &weights->layers[i], i);
    bn_threads_close(b.threads);
    if (status != BN_OK) bn_weights_close(weights);
    return status;
}

void bn_weights_close(struct bn_weights *weights)
{
    for (size_t i = 0; i < weights->n_owned; i++) free(weights->owned[i]);
    free(weights->owned);
    bn_weight_memory_close(&weights->memory);
    free(weights->layers);
    *weights = (struct bn_weights){0};
}
