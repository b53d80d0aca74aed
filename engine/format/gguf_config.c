/* gguf_config.c - the model's shape from the keys of a GGUF file (FORMATS.md 2.2, 2.3). */
#include "engine/format/gguf.h"
#include <stdio.h>
#include <string.h>

/* Architectures this engine computes, and what each implies. One line = one architecture. */
static const struct architecture {
    const char *name;
    enum bn_rope_kind rope;
    enum bn_ffn_activation activation;
} architectures[] = {
    {"bitnet-b1.58", BN_ROPE_HALF_SPLIT, BN_FFN_RELU2},
    {"bitnet-25", BN_ROPE_HALF_SPLIT, BN_FFN_RELU2},
    {"bitnet", BN_ROPE_HALF_SPLIT, BN_FFN_SILU},
    {"llama", BN_ROPE_INTERLEAVED, BN_FFN_SILU},
};

static bool equals(struct bn_string s, const char *text)
{
    return s.n == strlen(text) && memcmp(s.bytes, text, s.n) == 0;
}

static enum bn_status find_architecture(struct bn_config *c, const struct bn_gguf *g, struct bn_error *err)
{
    struct bn_string name = {"", 0};
    enum bn_status status = bn_gguf_get_string(g, "general.architecture", &name, err);
    if (status) return status;
    for (size_t i = 0; i < sizeof architectures / sizeof *architectures; i++)
        if (equals(name, architectures[i].name)) {
            snprintf(c->architecture, sizeof c->architecture, "%s", architectures[i].name);
            c->rope_kind = architectures[i].rope;
            c->ffn_activation = architectures[i].activation;
            return BN_OK;
        }
    return bn_fail(err, BN_ERR_UNSUPPORTED,
                   "%s: has the architecture \"%.*s\"; bitnet-b1.58, bitnet-25, bitnet and llama can be run.", g->path,
                   name.n < 60 ? (int)name.n : 60, name.bytes);
}

/* Keys of integers and floats below "<architecture>."; missing ones keep their defaults. */
static enum bn_status get_int(const struct bn_gguf *g, const struct bn_config *c, const char *name, int *out,
                              struct bn_error *err)
{
    char key[160];
    snprintf(key, sizeof key, "%s.%s", c->architecture, name);
    return bn_gguf_get_int(g, key, out, err);
}
static enum bn_status get_float(const struct bn_gguf *g, const struct bn_config *c, const char *name, float *out,
                                struct bn_error *err)
{
    char key[160];
    snprintf(key, sizeof key, "%s.%s", c->architecture, name);
    return bn_gguf_get_float(g, key, out, err);
}
static enum bn_status get_string(const struct bn_gguf *g, const struct bn_config *c, const char *name,
                                 struct bn_string *out, struct bn_error *err)
{
    char key[160];
    snprintf(key, sizeof key, "%s.%s", c->architecture, name);
    return bn_gguf_get_string(g, key, out, err);
}

static enum bn_status get_shape(struct bn_config *c, const struct bn_gguf *g, struct bn_error *err)
{
    int experts = 0, key_length = 0, value_length = 0;
    const struct {
        const char *name;
        int *out;
    } sizes[] = {{"block_count", &c->n_layers},
                 {"embedding_length", &c->dim},
                 {"feed_forward_length", &c->ffn_dim},
                 {"attention.head_count", &c->n_heads},
                 {"attention.head_count_kv", &c->n_kv_heads},
                 {"context_length", &c->n_ctx_train},
                 {"vocab_size", &c->n_vocab},
                 {"attention.key_length", &key_length},
                 {"attention.value_length", &value_length},
                 {"expert_count", &experts}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        enum bn_status status = get_int(g, c, sizes[i].name, sizes[i].out, err);
        if (status) return status;
    }
    if (experts)
        return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: is a mixture of %d experts, which this engine does not run.",
                       g->path, experts);
    if (key_length && value_length && key_length != value_length)
        return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: has key length %d and value length %d; they must be equal.",
                       g->path, key_length, value_length);
    if (!c->n_kv_heads) c->n_kv_heads = c->n_heads;
    c->head_dim = key_length ? key_length : c->n_heads > 0 && c->dim % c->n_heads == 0 ? c->dim / c->n_heads : 0;
    return BN_OK;
}

static enum bn_status get_rope_scaling(struct bn_config *c, const struct bn_gguf *g, struct bn_error *err)
{
    struct bn_string type = {"", 0};
    float factor = 0;
    enum bn_status status = get_float(g, c, "rope.scale_linear", &factor, err);
    if (!status) status = get_float(g, c, "rope.scaling.factor", &factor, err);
    if (!status) status = get_string(g, c, "rope.scaling.type", &type, err);
    if (status) return status;
    bool linear = type.n == 0 || equals(type, "linear");
    if (!linear && !equals(type, "none") && factor != 0 && factor != 1)
        return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: scales rope by the rule \"%.*s\"; none and linear can be run.",
                       g->path, type.n < 40 ? (int)type.n : 40, type.bytes);
    if (linear && factor != 0) c->rope_scale = factor;
    return BN_OK;
}

static enum bn_status get_activation(struct bn_config *c, const struct bn_gguf *g, struct bn_error *err)
{
    struct bn_string name = {"", 0};
    enum bn_status status = get_string(g, c, "hidden_activation", &name, err);
    if (status || name.n == 0) return status;
    if (equals(name, "relu2"))
        c->ffn_activation = BN_FFN_RELU2;
    else if (equals(name, "silu"))
        c->ffn_activation = BN_FFN_SILU;
    else
        return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: has the activation \"%.*s\"; silu and relu2 can be run.", g->path,
                       name.n < 40 ? (int)name.n : 40, name.bytes);
    return BN_OK;
}

static enum bn_status get_name(struct bn_config *c, const struct bn_gguf *g, struct bn_error *err)
{
    struct bn_string name = {"", 0};
    enum bn_status status = bn_gguf_get_string(g, "general.name", &name, err);
    snprintf(c->name, sizeof c->name, "%.*s", name.n < sizeof c->name ? (int)name.n : (int)sizeof c->name - 1,
             name.bytes);
    return status;
}

enum bn_status bn_gguf_config(struct bn_config *c, const struct bn_gguf *g, struct bn_error *err)
{
    enum bn_status status = find_architecture(c, g, err);
    if (status) return status;
    c->rms_eps = 1e-5f, c->rope_theta = 10000, c->rope_scale = 1;
    const struct bn_gguf_value *tokens = bn_gguf_find(g, "tokenizer.ggml.tokens");
    if (tokens && tokens->n <= INT32_MAX) c->n_vocab = (int)tokens->n;
    if ((status = get_name(c, g, err)) || (status = get_shape(c, g, err))) return status;
    c->rope_dim = c->head_dim;
    if ((status = get_int(g, c, "rope.dimension_count", &c->rope_dim, err))) return status;
    if ((status = get_float(g, c, "rope.freq_base", &c->rope_theta, err))) return status;
    if ((status = get_float(g, c, "attention.layer_norm_rms_epsilon", &c->rms_eps, err))) return status;
    c->norm_in_eps = c->rms_eps;
    if ((status = get_float(g, c, "attention.norm_in_epsilon", &c->norm_in_eps, err))) return status;
    if ((status = get_rope_scaling(c, g, err))) return status;
    return get_activation(c, g, err);
}
