/* hf_weights.c - Hugging Face tensor names to GGUF's, and BitNet linears to canonical I2_S: packed bytes are
 * unpacked, master weights are quantised by the absmean rule, on all cores. */
#include "engine/core/threads.h"
#include "engine/format/absmean.h"
#include "engine/format/hf.h"
#include "engine/format/little_endian.h"
#include "engine/format/ternary.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Parts of a layer: name after "model.layers.N.", GGUF name after "blk.N.". */
static const struct part {
    const char *hf, *gguf;
    bool linear; /* .weight, .weight_scale, .bias and .rms_norm.weight may follow */
} parts[] = {
    {"input_layernorm.weight", "attn_norm.weight", false},
    {"post_attention_layernorm.weight", "ffn_norm.weight", false},
    {"self_attn.attn_sub_norm.weight", "attn_sub_norm.weight", false},
    {"self_attn.inner_attn_ln.weight", "attn_sub_norm.weight", false},
    {"mlp.ffn_sub_norm.weight", "ffn_sub_norm.weight", false},
    {"mlp.ffn_layernorm.weight", "ffn_sub_norm.weight", false},
    {"self_attn.q_proj", "attn_q", true},
    {"self_attn.k_proj", "attn_k", true},
    {"self_attn.v_proj", "attn_v", true},
    {"self_attn.o_proj", "attn_output", true},
    {"mlp.gate_proj", "ffn_gate", true},
    {"mlp.up_proj", "ffn_up", true},
    {"mlp.down_proj", "ffn_down", true},
};

/* A linear that becomes I2_S. */
struct job {
    const struct bn_st_entry *entry;
    struct bn_tensor floats; /* the masters, when entry is no packed U8 */
    int64_t rows, cols;
    float scale; /* packed: known; masters: found by the job */
    uint8_t *out;
    enum bn_status status;
    struct bn_error error;
};
struct jobs {
    struct job *list;
    size_t n;
    atomic_size_t next;
};

/* ---- one linear ---- */
/* Row r of the packed bytes holds rows r + i * n_packed of the matrix in bits 2i: codes 0, 1, 2 are those of
 * I2_S. */
static void unpack_row(uint8_t *out, const uint8_t *in, int64_t cols, int shift)
{
    uint8_t last[128];
    for (; cols >= 128; cols -= 128, in += 128, out += 32)
        for (int p = 0; p < 32; p++)
            out[p] = (uint8_t)((in[p] >> shift & 3) << 6 | (in[32 + p] >> shift & 3) << 4 |
                               (in[64 + p] >> shift & 3) << 2 | (in[96 + p] >> shift & 3));
    if (!cols) return;
    memset(last, 0x55, sizeof last);
    memcpy(last, in, (size_t)cols);
    unpack_row(out, last, 128, shift);
}

static void run_packed(struct job *job)
{
    size_t row_bytes = bn_ternary_row_bytes(job->cols);
    for (int64_t r = 0; r < job->entry->rows; r++)
        for (int i = 0; i < 4; i++) {
            int64_t m = r + i * job->entry->rows;
            if (m >= job->rows) continue;
            uint8_t *out = job->out + (size_t)m * row_bytes;
            unpack_row(out, job->entry->data + r * job->cols, job->cols, 2 * i);
            if (bn_ternary_row_is_bad(out, job->cols))
                job->status = bn_fail(&job->error, BN_ERR_FORMAT,
                                      "Tensor %s holds the code 3, which is no ternary weight; the file is damaged.",
                                      job->entry->name);
        }
}

static void run_masters(struct job *job)
{
    float *row = malloc((size_t)job->cols * sizeof *row);
    job->status = row ? bn_absmean_scale(&job->scale, &job->floats, false, &job->error)
                      : bn_fail_memory(&job->error, "a row of weights", (size_t)job->cols * 4);
    for (int64_t m = 0; m < job->rows && !job->status; m++)
        bn_absmean_row(job->out + (size_t)m * bn_ternary_row_bytes(job->cols), &job->floats, m, job->scale, row);
    free(row);
}

static void run_jobs(void *arg, int thread)
{
    struct jobs *jobs = arg;
    (void)thread;
    for (size_t i; (i = atomic_fetch_add(&jobs->next, 1)) < jobs->n;) {
        struct job *job = &jobs->list[i];
        if (job->entry->dtype == BN_ST_U8)
            run_packed(job);
        else
            run_masters(job);
        bn_store_f32(job->out + (size_t)job->rows * bn_ternary_row_bytes(job->cols), job->scale);
    }
}

static enum bn_status run_all(struct jobs *jobs, struct bn_error *err)
{
    struct bn_threads *threads;
    enum bn_status status = bn_threads_open(&threads, bn_cores_available(), NULL, NULL, NULL, err);
    if (status) return status;
    bn_threads_run(threads, run_jobs, jobs);
    bn_threads_close(threads);
    for (size_t i = 0; i < jobs->n; i++)
        if (jobs->list[i].status) {
            if (err) *err = jobs->list[i].error;
            return jobs->list[i].status;
        }
    return BN_OK;
}

/* ---- names and shapes ---- */
static enum bn_encoding float_encoding(enum bn_st_dtype d)
{
    return d == BN_ST_F32 ? BN_ENC_F32 : d == BN_ST_F16 ? BN_ENC_F16 : d == BN_ST_BF16 ? BN_ENC_BF16 : BN_ENC_NONE;
}

static enum bn_status add_floats(struct bn_hf *hf, const char *name, const struct bn_st_entry *e, struct bn_error *err)
{
    const void *data = e->data;
    enum bn_encoding encoding = float_encoding(e->dtype);
    if (encoding == BN_ENC_NONE || e->rows < 1 || e->cols < 1)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "%s: tensor \"%s\" is empty or of a type that is none of F32, F16, BF16.", hf->path, e->name);
    if ((uintptr_t)data % 4) { /* files in the wild are aligned; the format does not promise it */
        void *copy = bn_source_alloc(hf->source, e->bytes, 1, err);
        if (!copy) return BN_ERR_MEMORY;
        data = memcpy(copy, data, e->bytes);
    }
    return bn_source_add(hf->source, name, encoding, e->rows, e->cols, data, err);
}

static int64_t linear_rows(const struct bn_config *c, const char *gguf)
{
    if (strcmp(gguf, "attn_q") == 0) return (int64_t)c->n_heads * c->head_dim;
    if (strcmp(gguf, "attn_k") == 0 || strcmp(gguf, "attn_v") == 0) return (int64_t)c->n_kv_heads * c->head_dim;
    return strcmp(gguf, "ffn_gate") == 0 || strcmp(gguf, "ffn_up") == 0 ? c->ffn_dim : c->dim;
}

static enum bn_status packed_scale(struct bn_hf *hf, struct job *job, struct bn_error *err)
{
    char name[512];
    float value = 0;
    snprintf(name, sizeof name, "%s_scale", job->entry->name);
    const struct bn_st_entry *e = bn_hf_entry(hf, name);
    if (e && e->rows * e->cols == 1 && float_encoding(e->dtype) != BN_ENC_NONE)
        bn_encoding_traits(float_encoding(e->dtype))->unpack_row(&value, e->data, 1, 1, 0);
    if (!(value > 0))
        return bn_fail(err, BN_ERR_FORMAT, "%s: tensor \"%s\" is missing or no positive number.", hf->path, name);
    job->scale = hf->scale_multiplies ? value : 1 / value;
    return BN_OK;
}

static enum bn_status add_ternary(struct bn_hf *hf, struct jobs *jobs, const char *name, const char *gguf,
                                  const struct bn_st_entry *e, struct bn_error *err)
{
    struct job *job = &jobs->list[jobs->n++];
    bool packed = e->dtype == BN_ST_U8;
    job->entry = e, job->cols = e->cols, job->rows = packed ? linear_rows(&hf->source->config, gguf) : e->rows;
    if (e->cols < 1 || job->rows < 1 || (packed && e->rows != (job->rows + 3) / 4))
        return bn_fail(err, BN_ERR_FORMAT,
                       "%s: tensor \"%s\" has %lld packed rows, and the configuration calls for %lld.", hf->path,
                       e->name, (long long)e->rows, (long long)(job->rows + 3) / 4);
    if (!packed && float_encoding(e->dtype) == BN_ENC_NONE)
        return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: tensor \"%s\" is of a type that is none of U8, F32, F16, BF16.",
                       hf->path, e->name);
    job->floats = (struct bn_tensor){.name = e->name,
                                     .encoding = packed ? BN_ENC_F32 : float_encoding(e->dtype),
                                     .rows = e->rows,
                                     .cols = e->cols,
                                     .data = e->data};
    enum bn_status status = packed ? packed_scale(hf, job, err) : BN_OK;
    if (status) return status;
    job->out = bn_source_alloc(hf->source, bn_encoding_traits(BN_ENC_I2_S)->tensor_bytes(job->rows, job->cols), 1, err);
    if (!job->out) return BN_ERR_MEMORY;
    return bn_source_add(hf->source, name, BN_ENC_I2_S, job->rows, job->cols, job->out, err);
}

/* Is the module (name without ".weight") on the list of those that stay as they are? transformers matches
 * parts of names. */
static bool stays_float(const struct bn_hf *hf, const char *name)
{
    struct bn_json j;
    struct bn_json_text module;
    if (!hf->not_converted.n) return false;
    bn_json_init(&j, hf->not_converted.bytes, hf->not_converted.n);
    for (bn_json_array(&j); bn_json_element(&j) && bn_json_string(&j, &module);)
        if (module.n && memmem(name, strlen(name), module.bytes, module.n)) return true;
    return false;
}

static enum bn_status add_linear(struct bn_hf *hf, struct jobs *jobs, const struct bn_st_entry *e, const char *tail,
                                 int layer, const char *gguf, struct bn_error *err)
{
    static const struct {
        const char *hf, *gguf;
    } tails[] = {{".weight", ".weight"}, {".bias", ".bias"}, {".rms_norm.weight", "_norm_in.weight"}};
    char name[160];
    if (strcmp(tail, ".weight_scale") == 0) return BN_OK; /* taken with its weight */
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        if (strcmp(tail, tails[i].hf)) continue;
        snprintf(name, sizeof name, "blk.%d.%s%s", layer, gguf, tails[i].gguf);
        bool ternary = i == 0 && hf->bitnet && (e->dtype == BN_ST_U8 || !stays_float(hf, e->name));
        return ternary ? add_ternary(hf, jobs, name, gguf, e, err) : add_floats(hf, name, e, err);
    }
    return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: tensor \"%.80s\" is none that this engine knows.", hf->path, e->name);
}

/* "model.layers.12.rest" -> 12 and "rest"; false for other names. */
static bool split_layer(const char *name, int *layer, const char **rest)
{
    static const char prefix[] = "model.layers.";
    char *end;
    if (strncmp(name, prefix, sizeof prefix - 1)) return false;
    long n = strtol(name + sizeof prefix - 1, &end, 10);
    if (end == name + sizeof prefix - 1 || *end != '.' || n < 0 || n > 1 << 20) return false;
    *layer = (int)n, *rest = end + 1;
    return true;
}

static enum bn_status add_entry(struct bn_hf *hf, struct jobs *jobs, const struct bn_st_entry *e, struct bn_error *err)
{
    int layer;
    const char *rest;
    char name[160];
    if (strcmp(e->name, "model.embed_tokens.weight") == 0) return add_floats(hf, "token_embd.weight", e, err);
    if (strcmp(e->name, "model.norm.weight") == 0) return add_floats(hf, "output_norm.weight", e, err);
    if (strcmp(e->name, "lm_head.weight") == 0) return hf->tied ? BN_OK : add_floats(hf, "output.weight", e, err);
    if (!split_layer(e->name, &layer, &rest))
        return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: tensor \"%.80s\" is none that this engine knows.", hf->path,
                       e->name);
    if (strcmp(rest, "self_attn.rotary_emb.inv_freq") == 0) return BN_OK; /* follows from rope_theta */
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t n = strlen(parts[i].hf);
        if (strncmp(rest, parts[i].hf, n)) continue;
        if (parts[i].linear && rest[n] == '.') return add_linear(hf, jobs, e, rest + n, layer, parts[i].gguf, err);
        if (rest[n]) continue;
        snprintf(name, sizeof name, "blk.%d.%s", layer, parts[i].gguf);
        return add_floats(hf, name, e, err);
    }
    return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: tensor \"%.80s\" is none that this engine knows.", hf->path, e->name);
}

enum bn_status bn_hf_weights(struct bn_hf *hf, struct bn_error *err)
{
    struct jobs jobs = {.list = calloc(hf->n_entries + 1, sizeof *jobs.list)};
    hf->source->tensors = bn_source_alloc(hf->source, hf->n_entries + 1, sizeof *hf->source->tensors, err);
    enum bn_status status = !hf->source->tensors ? BN_ERR_MEMORY
                            : jobs.list          ? BN_OK
                                        : bn_fail_memory(err, "the list of tensors", hf->n_entries * sizeof *jobs.list);
    for (size_t i = 0; i < hf->n_entries && !status; i++) status = add_entry(hf, &jobs, &hf->entries[i], err);
    if (!status && jobs.n) status = run_all(&jobs, err);
    free(jobs.list);
    return status;
}
