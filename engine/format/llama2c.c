/* llama2c.c - llama2.c checkpoints: the legacy float32 form and the ternary form of bit_model_*.bin. The
 * weights are plain Llama with interleaved rope; the ternary form has no layer norms: every linear normalises
 * its own input. */
#include "engine/format/half.h"
#include "engine/format/owner.h"
#include "engine/format/ternary.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC = 0x616b3432, HEADER_BYTES = 256 };

struct shape {
    int32_t dim, ffn_dim, n_layers, n_heads, n_kv_heads, n_vocab, n_ctx;
};

/* A matrix of the file: [layers][rows][cols]. */
struct part {
    const char *name; /* GGUF name; with %d of the layer */
    int64_t layers, rows, cols;
};

static struct shape load_shape(const uint8_t *p)
{
    return (struct shape){(int32_t)bn_load_u32(p),      (int32_t)bn_load_u32(p + 4),  (int32_t)bn_load_u32(p + 8),
                          (int32_t)bn_load_u32(p + 12), (int32_t)bn_load_u32(p + 16), (int32_t)bn_load_u32(p + 20),
                          (int32_t)bn_load_u32(p + 24)};
}

static bool is_plausible(const struct shape *s)
{
    int64_t vocab = s->n_vocab < 0 ? -(int64_t)s->n_vocab : s->n_vocab;
    return s->dim > 0 && s->dim <= 1 << 16 && s->ffn_dim > 0 && s->ffn_dim <= 1 << 18 && s->n_layers > 0 &&
           s->n_layers <= 1024 && s->n_heads > 0 && s->dim % s->n_heads == 0 && s->n_kv_heads > 0 &&
           s->n_heads % s->n_kv_heads == 0 && vocab > 0 && vocab <= 1 << 22 && s->n_ctx > 0 && s->n_ctx <= 1 << 22;
}

static void set_config(struct bn_config *c, const struct shape *s, const char *path)
{
    const char *name = strrchr(path, '/');
    snprintf(c->architecture, sizeof c->architecture, "llama");
    snprintf(c->name, sizeof c->name, "%s", name ? name + 1 : path);
    c->n_layers = s->n_layers, c->dim = s->dim, c->ffn_dim = s->ffn_dim;
    c->n_heads = s->n_heads, c->n_kv_heads = s->n_kv_heads, c->head_dim = c->rope_dim = s->dim / s->n_heads;
    c->n_vocab = s->n_vocab < 0 ? -s->n_vocab : s->n_vocab, c->n_ctx_train = s->n_ctx;
    c->rms_eps = 1e-5f, c->norm_in_eps = 0, c->rope_theta = 10000, c->rope_scale = 1;
    c->rope_kind = BN_ROPE_INTERLEAVED, c->ffn_activation = BN_FFN_SILU;
}

static int64_t kv_dim(const struct shape *s) { return (int64_t)s->dim / s->n_heads * s->n_kv_heads; }

/* ---- legacy float32 ---- */
enum { N_FLOAT_PARTS = 13 };

/* In file order; the two rope tables carry no name. An untied classifier (negative vocabulary size) comes
 * last. */
static void float_parts(struct part p[N_FLOAT_PARTS], const struct shape *s)
{
    int64_t vocab = s->n_vocab < 0 ? -(int64_t)s->n_vocab : s->n_vocab, n = s->n_layers,
            rope = (int64_t)s->dim / s->n_heads / 2;
    const struct part all[N_FLOAT_PARTS] = {
        {"token_embd.weight", 0, vocab, s->dim},
        {"blk.%d.attn_norm.weight", n, 1, s->dim},
        {"blk.%d.attn_q.weight", n, s->dim, s->dim},
        {"blk.%d.attn_k.weight", n, kv_dim(s), s->dim},
        {"blk.%d.attn_v.weight", n, kv_dim(s), s->dim},
        {"blk.%d.attn_output.weight", n, s->dim, s->dim},
        {"blk.%d.ffn_norm.weight", n, 1, s->dim},
        {"blk.%d.ffn_gate.weight", n, s->ffn_dim, s->dim},
        {"blk.%d.ffn_down.weight", n, s->dim, s->ffn_dim},
        {"blk.%d.ffn_up.weight", n, s->ffn_dim, s->dim},
        {"output_norm.weight", 0, 1, s->dim},
        {NULL, 0, 2 * (int64_t)s->n_ctx, rope},
        {s->n_vocab < 0 ? "output.weight" : NULL, 0, s->n_vocab < 0 ? vocab : 0, s->dim}};
    memcpy(p, all, sizeof all);
}

static uint64_t float_bytes(const struct shape *s)
{
    struct part p[N_FLOAT_PARTS];
    uint64_t n = sizeof *s;
    float_parts(p, s);
    for (int i = 0; i < N_FLOAT_PARTS; i++)
        n += (uint64_t)(p[i].layers ? p[i].layers : 1) * (uint64_t)p[i].rows * (uint64_t)p[i].cols * 4;
    return n;
}

static enum bn_status add_float_part(struct bn_source *src, const struct part *p, const uint8_t *at,
                                     struct bn_error *err)
{
    char name[64];
    enum bn_status status = BN_OK;
    for (int64_t l = 0; l < (p->layers ? p->layers : 1) && !status; l++) {
        snprintf(name, sizeof name, "%s", p->name);
        if (p->layers) bn_layer_name(name, sizeof name, p->name, (int)l);
        status = bn_source_add(src, name, BN_ENC_F32, p->rows, p->cols, at + l * p->rows * p->cols * 4, err);
    }
    return status;
}

static enum bn_status open_float(struct bn_source *src, const struct shape *s, const uint8_t *bytes,
                                 struct bn_error *err)
{
    struct part p[N_FLOAT_PARTS];
    const uint8_t *at = bytes + sizeof *s;
    float_parts(p, s);
    if (!(src->tensors = bn_source_alloc(src, 3 + 9 * (size_t)s->n_layers, sizeof *src->tensors, err)))
        return BN_ERR_MEMORY;
    for (int i = 0; i < N_FLOAT_PARTS; i++) {
        enum bn_status status = p[i].name ? add_float_part(src, &p[i], at, err) : BN_OK;
        if (status) return status;
        at += (p[i].layers ? p[i].layers : 1) * p[i].rows * p[i].cols * 4;
    }
    return BN_OK;
}

/* ---- ternary ---- */
enum { N_TERNARY_PARTS = 7 };

static void ternary_parts(struct part p[N_TERNARY_PARTS], const struct shape *s)
{
    int64_t n = s->n_layers;
    const struct part all[N_TERNARY_PARTS] = {
        {"blk.%d.attn_q", n, s->dim, s->dim},       {"blk.%d.attn_k", n, kv_dim(s), s->dim},
        {"blk.%d.attn_v", n, kv_dim(s), s->dim},    {"blk.%d.attn_output", n, s->dim, s->dim},
        {"blk.%d.ffn_gate", n, s->ffn_dim, s->dim}, {"blk.%d.ffn_down", n, s->dim, s->ffn_dim},
        {"blk.%d.ffn_up", n, s->ffn_dim, s->dim}};
    memcpy(p, all, sizeof all);
}

/* Size of a ternary file whose embedding is also the classifier; 0 for shapes that it cannot hold. */
static uint64_t ternary_bytes(const struct shape *s)
{
    struct part p[N_TERNARY_PARTS];
    uint64_t n = HEADER_BYTES + 4 * (uint64_t)s->dim * ((uint64_t)s->n_vocab + 1);
    ternary_parts(p, s);
    for (int i = 0; i < N_TERNARY_PARTS; i++) {
        if (p[i].cols % 4) return 0;
        n += (uint64_t)p[i].layers * (4 + (uint64_t)p[i].rows * (uint64_t)p[i].cols / 4);
    }
    return n;
}

/* First weight in the top bits: 0, 1, 3 (two's complement) are 0, +1, -1; 2 is not used. */
static bool decode_row(int8_t *codes, const uint8_t *row, int64_t cols)
{
    static const int8_t value[] = {0, 1, 0, -1};
    bool good = true;
    for (int64_t k = 0; k < cols; k++) {
        int field = row[k / 4] >> (6 - 2 * (k % 4)) & 3;
        codes[k] = value[field];
        good = good && field != 2;
    }
    return good;
}

/* One matrix of the file (f32 scale, then rows) as I2_S in memory of the source. */
static enum bn_status add_ternary(struct bn_source *src, const char *name, const struct part *p, const uint8_t *at,
                                  struct bn_error *err)
{
    size_t bytes = bn_encoding_traits(BN_ENC_I2_S)->tensor_bytes(p->rows, p->cols),
           row_bytes = bn_ternary_row_bytes(p->cols);
    uint8_t *out = bn_source_alloc(src, bytes, 1, err);
    int8_t *codes = malloc((size_t)p->cols);
    enum bn_status status = out && codes ? BN_OK : BN_ERR_MEMORY;
    if (out && !codes) bn_fail_memory(err, "a row of weights", (size_t)p->cols);
    for (int64_t m = 0; m < p->rows && !status; m++) {
        if (!decode_row(codes, at + 4 + m * p->cols / 4, p->cols))
            status = bn_fail(err, BN_ERR_FORMAT,
                             "%s.weight: row %lld holds the bits 10, which mean no weight; the file is damaged.", name,
                             (long long)m);
        else
            bn_ternary_pack_row(out + (size_t)m * row_bytes, codes, p->cols);
    }
    free(codes);
    if (status) return status;
    memcpy(out + bytes - 32, at, 4);
    char full[80];
    snprintf(full, sizeof full, "%s.weight", name);
    return bn_source_add(src, full, BN_ENC_I2_S, p->rows, p->cols, out, err);
}

/* The linear's own input norm: x / rms(x) / n, written as an RMSNorm whose weights are all 1/n. */
static enum bn_status add_input_norm(struct bn_source *src, const char *name, int64_t n, struct bn_error *err)
{
    char full[80];
    float *w = bn_source_alloc(src, (size_t)n, sizeof *w, err);
    if (!w) return BN_ERR_MEMORY;
    for (int64_t k = 0; k < n; k++) bn_store_f32(&w[k], 1.0f / (float)n);
    snprintf(full, sizeof full, "%s_norm_in.weight", name);
    return bn_source_add(src, full, BN_ENC_F32, 1, n, w, err);
}

static enum bn_status open_ternary(struct bn_source *src, const struct shape *s, const uint8_t *bytes,
                                   struct bn_error *err)
{
    struct part p[N_TERNARY_PARTS];
    const uint8_t *norm = bytes + HEADER_BYTES, *embedding = norm + 4 * (size_t)s->dim;
    const uint8_t *at = embedding + 4 * (size_t)s->dim * (size_t)s->n_vocab;
    if (!(src->tensors = bn_source_alloc(src, 2 + 14 * (size_t)s->n_layers, sizeof *src->tensors, err)))
        return BN_ERR_MEMORY;
    enum bn_status status = bn_source_add(src, "token_embd.weight", BN_ENC_F32, s->n_vocab, s->dim, embedding, err);
    if (!status) status = bn_source_add(src, "output_norm.weight", BN_ENC_F32, 1, s->dim, norm, err);
    ternary_parts(p, s);
    for (int i = 0; i < N_TERNARY_PARTS && !status; i++)
        for (int l = 0; l < s->n_layers && !status; l++) {
            char name[64];
            bn_layer_name(name, sizeof name, p[i].name, l);
            status = add_ternary(src, name, &p[i], at, err);
            if (!status) status = add_input_norm(src, name, p[i].cols, err);
            at += 4 + p[i].rows * p[i].cols / 4;
        }
    return status;
}

/* ---- the file ---- */
static enum bn_status open_weights(struct bn_source *src, const struct bn_map *map, const char *path,
                                   struct bn_error *err)
{
    struct shape s = {0};
    if (map->n >= HEADER_BYTES && bn_load_u32(map->bytes) == MAGIC) {
        uint32_t version = bn_load_u32(map->bytes + 4);
        s = load_shape(map->bytes + 8);
        if (version != 1 || s.n_vocab < 0 || !is_plausible(&s) || ternary_bytes(&s) != map->n)
            return bn_fail(err, BN_ERR_UNSUPPORTED,
                           "%s: is a llama2.c checkpoint of version %u whose size is not that of the ternary "
                           "form; export it in the legacy "
                           "float32 form (version 0).",
                           path, version);
        set_config(&src->config, &s, path);
        return open_ternary(src, &s, map->bytes, err);
    }
    if (map->n >= sizeof s) s = load_shape(map->bytes);
    if (!is_plausible(&s) || float_bytes(&s) != map->n)
        return bn_fail(err, BN_ERR_FORMAT,
                       "%s: is neither a GGUF file nor a llama2.c checkpoint nor a directory with "
                       "config.json; it is of another kind or damaged.",
                       path);
    set_config(&src->config, &s, path);
    return open_float(src, &s, map->bytes, err);
}

enum bn_status bn_llama2c_open(struct bn_source *src, const char *path, const struct bn_model_options *options,
                               struct bn_error *err)
{
    struct bn_map map;
    enum bn_status status = bn_source_map(src, &map, path, err);
    if (!status) status = open_weights(src, &map, path, err);
    if (!status) status = bn_llama2c_tokenizer(src, path, options, err);
    return status;
}
