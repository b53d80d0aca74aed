/* complete.c - the tensors of a model against what its configuration and architecture call for. */
#include "engine/format/complete.h"
#include "engine/format/finite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tensors that are not read. */
static const struct {
    const char *leaf; /* after "blk.N." */
} ignored[] = {
    {"attn_rot_embd.weight"}, /* frequencies of old converters; they follow from rope.freq_base */
};

enum { N_LINEARS = 7, N_NORMS = 4 };
/* Bits of a layer's tensors: norms, then the linears' weights, scales and input norms. */
enum {
    ATTN_NORM = 1 << 0,
    FFN_NORM = 1 << 1,
    SUB_NORMS = 3 << 2,
    NORMS = 15,
    WEIGHT_0 = 4,
    SCALE_0 = WEIGHT_0 + N_LINEARS,
    NORM_IN_0 = SCALE_0 + N_LINEARS,
    WEIGHTS = ((1 << N_LINEARS) - 1) << WEIGHT_0,
    NORMS_IN = ((1 << N_LINEARS) - 1) << NORM_IN_0
};

struct shape {
    const char *name;
    int rows, cols; /* rows 0: a vector of cols values */
};
struct check {
    const struct bn_source *source;
    const char *path;
    struct bn_error *err;
    struct shape norms[N_NORMS], linears[N_LINEARS];
    uint32_t *seen; /* [n_layers] */
};

static struct check checker(const struct bn_source *source, const char *path, struct bn_error *err)
{
    const struct bn_config *c = &source->config;
    int q = c->n_heads * c->head_dim, kv = c->n_kv_heads * c->head_dim;
    return (struct check){.source = source,
                          .path = path,
                          .err = err,
                          .norms = {{"attn_norm", 0, c->dim},
                                    {"ffn_norm", 0, c->dim},
                                    {"attn_sub_norm", 0, q},
                                    {"ffn_sub_norm", 0, c->ffn_dim}},
                          .linears = {{"attn_q", q, c->dim}, /* q, k, v and then gate, up: see input_norms */
                                      {"attn_k", kv, c->dim},
                                      {"attn_v", kv, c->dim},
                                      {"ffn_gate", c->ffn_dim, c->dim},
                                      {"ffn_up", c->ffn_dim, c->dim},
                                      {"attn_output", c->dim, q},
                                      {"ffn_down", c->dim, c->ffn_dim}}};
}

static enum bn_status check_matrix(const struct check *k, const struct bn_tensor *t, int64_t rows, int64_t cols)
{
    if (t->rows == rows && t->cols == cols) return BN_OK;
    return bn_fail(k->err, BN_ERR_FORMAT, "%s: tensor %s is %lld x %lld where the configuration calls for %lld x %lld.",
                   k->path, t->name, (long long)t->rows, (long long)t->cols, (long long)rows, (long long)cols);
}

static enum bn_status check_vector(const struct check *k, const struct bn_tensor *t, int64_t n)
{
    if (t->rows * t->cols == n) return BN_OK;
    return bn_fail(k->err, BN_ERR_FORMAT, "%s: tensor %s has %lld values where the configuration calls for %lld.",
                   k->path, t->name, (long long)(t->rows * t->cols), (long long)n);
}

static enum bn_status unknown(const struct check *k, const struct bn_tensor *t)
{
    return bn_fail(k->err, BN_ERR_UNSUPPORTED,
                   "%s: tensor \"%.80s\" is not part of architecture %s as this engine computes it; without it the "
                   "model would give other results.",
                   k->path, t->name, k->source->config.architecture);
}

static enum bn_status missing(const struct check *k, const char *name)
{
    return bn_fail(k->err, BN_ERR_FORMAT,
                   "%s: tensor %s is missing, which architecture %s needs; the file is incomplete.", k->path, name,
                   k->source->config.architecture);
}

/* "blk.12.attn_q.weight" -> 12 and "attn_q.weight"; NULL for other names. */
static const char *split_layer(const char *name, long *layer)
{
    char *end;
    if (strncmp(name, "blk.", 4) || name[4] < '0' || name[4] > '9' || (name[4] == '0' && name[5] != '.')) return NULL;
    *layer = strtol(name + 4, &end, 10);
    return *end == '.' ? end + 1 : NULL;
}

static bool is_ignored(const char *leaf)
{
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        if (!strcmp(leaf, ignored[i].leaf)) return true;
    return false;
}

static enum bn_status check_norm(const struct check *k, const struct bn_tensor *t, const char *leaf, uint32_t *bit)
{
    for (int i = 0; i < N_NORMS; i++) {
        size_t n = strlen(k->norms[i].name);
        if (strncmp(leaf, k->norms[i].name, n) || strcmp(leaf + n, ".weight")) continue;
        *bit = 1u << i;
        return check_vector(k, t, k->norms[i].cols);
    }
    return is_ignored(leaf) ? BN_OK : unknown(k, t);
}

/* Sets the tensor's bit in *bit. */
static enum bn_status check_leaf(const struct check *k, const struct bn_tensor *t, const char *leaf, uint32_t *bit)
{
    for (int i = 0; i < N_LINEARS; i++) {
        size_t n = strlen(k->linears[i].name);
        const char *tail = leaf + n;
        if (strncmp(leaf, k->linears[i].name, n)) continue;
        if (!strcmp(tail, ".weight"))
            return *bit = 1u << (WEIGHT_0 + i), check_matrix(k, t, k->linears[i].rows, k->linears[i].cols);
        if (!strcmp(tail, ".scale")) return *bit = 1u << (SCALE_0 + i), check_vector(k, t, 1);
        if (!strcmp(tail, "_norm_in.weight"))
            return *bit = 1u << (NORM_IN_0 + i), check_vector(k, t, k->linears[i].cols);
        if (!strcmp(tail, ".bias"))
            return bn_fail(k->err, BN_ERR_UNSUPPORTED, "%s: tensor %s: linears with a bias are not supported.", k->path,
                           t->name);
    }
    return check_norm(k, t, leaf, bit);
}

/* token_embd and output may have more rows than the vocabulary has tokens. */
static enum bn_status check_table(const struct check *k, const struct bn_tensor *t)
{
    const struct bn_config *c = &k->source->config;
    return check_matrix(k, t, t->rows < c->n_vocab ? c->n_vocab : t->rows, c->dim);
}

static enum bn_status check_tensor(const struct check *k, const struct bn_tensor *t)
{
    const struct bn_config *c = &k->source->config;
    long layer = 0;
    uint32_t bit = 0;
    if (!strcmp(t->name, "token_embd.weight") || !strcmp(t->name, "output.weight")) return check_table(k, t);
    if (!strcmp(t->name, "output_norm.weight")) return check_vector(k, t, c->dim);
    if (!strcmp(t->name, "rope_freqs.weight")) return check_vector(k, t, c->rope_dim / 2);
    const char *leaf = split_layer(t->name, &layer);
    if (!leaf) return unknown(k, t);
    if (layer >= c->n_layers)
        return bn_fail(
            k->err, BN_ERR_FORMAT,
            "%s: tensor %.80s is of layer %ld, and the configuration has %d layers (0 to %d); one of them is "
            "wrong.",
            k->path, t->name, layer, c->n_layers, c->n_layers - 1);
    enum bn_status status = check_leaf(k, t, leaf, &bit);
    k->seen[layer] |= bit;
    return status;
}

static enum bn_status missing_in(const struct check *k, int layer, const char *leaf)
{
    char name[96];
    snprintf(name, sizeof name, "blk.%d.%s.weight", layer, leaf);
    return missing(k, name);
}

/* The norms that a layer needs: a projection may normalise its own input instead (norm_in), BitNet adds sub-norms. What
 * a layer may have or lack, all layers have or lack. */
static uint32_t norms_needed(const struct check *k, int layer)
{
    const uint32_t qkv_in = 7u << NORM_IN_0, gate_up_in = 3u << (NORM_IN_0 + 3), seen = k->seen[layer];
    bool bitnet = !strncmp(k->source->config.architecture, "bitnet", 6);
    return ((seen & qkv_in) == qkv_in ? 0u : (uint32_t)ATTN_NORM) |
           ((seen & gate_up_in) == gate_up_in ? 0u : (uint32_t)FFN_NORM) | (bitnet ? (uint32_t)SUB_NORMS : 0u) |
           (k->seen[0] & (NORMS | NORMS_IN));
}

static enum bn_status check_layer(const struct check *k, int layer)
{
    uint32_t seen = k->seen[layer], lacks = ((uint32_t)WEIGHTS | norms_needed(k, layer)) & ~seen;
    char leaf[48];
    for (int i = 0; i < N_NORMS; i++)
        if (lacks >> i & 1) return missing_in(k, layer, k->norms[i].name);
    for (int i = 0; i < N_LINEARS; i++) {
        if (lacks >> (WEIGHT_0 + i) & 1) return missing_in(k, layer, k->linears[i].name);
        snprintf(leaf, sizeof leaf, "%s_norm_in", k->linears[i].name);
        if (lacks >> (NORM_IN_0 + i) & 1) return missing_in(k, layer, leaf);
    }
    if ((seen & ~k->seen[0]) & (NORMS | NORMS_IN))
        return bn_fail(k->err, BN_ERR_FORMAT,
                       "%s: layer %d has norms that layer 0 lacks; the file is incomplete or of another architecture.",
                       k->path, layer);
    return BN_OK;
}

enum bn_status bn_complete_check(const struct bn_source *source, const char *path, struct bn_error *err)
{
    struct check k = checker(source, path, err);
    k.seen = calloc((size_t)source->config.n_layers, sizeof *k.seen);
    if (!k.seen) return bn_fail_memory(err, "the list of tensors", (size_t)source->config.n_layers * sizeof *k.seen);
    enum bn_status status = BN_OK;
    for (size_t i = 0; i < source->n_tensors && status == BN_OK; i++) status = check_tensor(&k, &source->tensors[i]);
    if (status == BN_OK && !bn_source_tensor(source, "token_embd.weight")) status = missing(&k, "token_embd.weight");
    if (status == BN_OK && !bn_source_tensor(source, "output_norm.weight")) status = missing(&k, "output_norm.weight");
    for (int i = 0; i < source->config.n_layers && status == BN_OK; i++) status = check_layer(&k, i);
    for (size_t i = 0; i < source->n_tensors && status == BN_OK; i++)
        status = bn_finite_check(&source->tensors[i], path, err);
    free(k.seen);
    return status;
}
