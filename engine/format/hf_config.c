/* hf_config.c - config.json of a Hugging Face model directory (FORMATS.md 1.1, 1.2, 1.5). */
#include "engine/format/hf.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum bn_status bn_hf_map(struct bn_hf *hf, struct bn_map *map, const char *name, struct bn_error *err)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", hf->path, name) >= (int)sizeof path)
        return bn_fail(err, BN_ERR_IO, "%s: the path is too long.", hf->path);
    struct bn_error why = {0};
    enum bn_status status = bn_source_map(hf->source, map, path, err ? err : &why);
    if (status && !err && !access(path, F_OK)) hf->unread = why;
    return status;
}

enum bn_status bn_hf_json_error(const struct bn_hf *hf, const char *name, const struct bn_json *j, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_FORMAT, "%s/%s: is not the JSON it should be, at byte %zu %s was expected.", hf->path,
                   name, bn_json_offset(j), j->error ? j->error : "another value");
}

char *bn_hf_string(struct bn_hf *hf, struct bn_json_text text, struct bn_error *err)
{
    char *s = bn_source_alloc(hf->source, text.n + 1, 1, err);
    if (s) s[bn_json_unescape(s, text)] = 0;
    return s;
}

struct bn_string bn_hf_text(struct bn_hf *hf, struct bn_json_text text)
{
    char *s = bn_source_alloc(hf->source, text.n + 1, 1, NULL);
    return (struct bn_string){s, s ? bn_json_unescape(s, text) : 0};
}

/* Values that may be null are read by these; a value of another type is an error of the file. */
static bool get_int(struct bn_json *j, int *out)
{
    int64_t v;
    if (bn_json_peek(j) == BN_JSON_NULL) return bn_json_skip(j);
    if (!bn_json_int(j, &v)) return false;
    *out = v < INT_MIN ? INT_MIN : v > INT_MAX ? INT_MAX : (int)v;
    return true;
}
static bool get_float(struct bn_json *j, float *out)
{
    double v;
    if (bn_json_peek(j) == BN_JSON_NULL) return bn_json_skip(j);
    if (!bn_json_number(j, &v)) return false;
    *out = (float)v;
    return true;
}
static bool get_bool(struct bn_json *j, bool *out)
{
    return bn_json_peek(j) == BN_JSON_NULL ? bn_json_skip(j) : bn_json_bool(j, out);
}
static bool get_text(struct bn_json *j, struct bn_json_text *out)
{
    return bn_json_peek(j) == BN_JSON_NULL ? bn_json_skip(j) : bn_json_string(j, out);
}
struct found {
    struct bn_json_text architecture, activation, rope_type, linear_class, quant_method;
    int eos, second_eos, weight_bits;
    float rope_factor, norm_in_eps;
    bool quantization, use_rms_norm;
};

/* One id or a list of them: eos, eot, and all of them among the ends. */
static bool get_ends(struct bn_json *j, struct bn_hf *hf, struct found *f)
{
    struct bn_vocab *v = &hf->source->vocab;
    struct bn_json list = *j;
    size_t n = 0, at = v->n_ends;
    int id;
    if (bn_json_peek(j) != BN_JSON_ARRAY) return get_int(j, &f->eos);
    for (bn_json_array(&list); bn_json_element(&list); n++) bn_json_skip(&list);
    int32_t *ends = bn_source_alloc(hf->source, at + n, sizeof *ends, NULL);
    if (!ends) return false;
    if (at) memcpy(ends, v->ends, at * sizeof *ends);
    for (bn_json_array(j), n = 0; bn_json_element(j); n++) {
        id = -1;
        get_int(j, &id);
        if (n < 2) *(n == 0 ? &f->eos : &f->second_eos) = id;
        ends[at + n] = id;
    }
    v->ends = ends, v->n_ends = at + n;
    return !j->error;
}

static bool read_rope_scaling(struct bn_json *j, struct found *f, struct bn_config *c)
{
    struct bn_json_text key;
    if (bn_json_peek(j) == BN_JSON_NULL) return bn_json_skip(j);
    for (bn_json_object(j); bn_json_key(j, &key);)
        if (bn_json_is(key, "type") || bn_json_is(key, "rope_type"))
            get_text(j, &f->rope_type);
        else if (bn_json_is(key, "factor"))
            get_float(j, &f->rope_factor);
        else if (bn_json_is(key, "rope_theta"))
            get_float(j, &c->rope_theta);
        else
            bn_json_skip(j);
    return !j->error;
}

static bool read_quantization(struct bn_json *j, struct found *f, struct bn_hf *hf)
{
    struct bn_json_text key;
    if (bn_json_peek(j) == BN_JSON_NULL) return bn_json_skip(j);
    f->quantization = true;
    for (bn_json_object(j); bn_json_key(j, &key);)
        if (bn_json_is(key, "quant_method"))
            get_text(j, &f->quant_method);
        else if (bn_json_is(key, "linear_class"))
            get_text(j, &f->linear_class);
        else if (bn_json_is(key, "use_rms_norm"))
            get_bool(j, &f->use_rms_norm);
        else if (bn_json_is(key, "rms_norm_eps"))
            get_float(j, &f->norm_in_eps);
        else if (bn_json_is(key, "modules_to_not_convert") && bn_json_peek(j) == BN_JSON_ARRAY) {
            const char *from = j->at;
            bn_json_skip(j);
            hf->not_converted = (struct bn_json_text){from, (size_t)(j->at - from)};
        } else
            bn_json_skip(j);
    return !j->error;
}

static bool read_architectures(struct bn_json *j, struct found *f)
{
    if (bn_json_peek(j) == BN_JSON_NULL) return bn_json_skip(j);
    for (bn_json_array(j); bn_json_element(j);)
        if (!get_text(j, &f->architecture)) return false;
    return !j->error;
}

static bool read_key(struct bn_json *j, struct bn_json_text key, struct found *f, struct bn_hf *hf)
{
    struct bn_config *c = &hf->source->config;
    const struct {
        const char *name;
        int *out;
    } ints[] = {{"hidden_size", &c->dim},
                {"intermediate_size", &c->ffn_dim},
                {"num_hidden_layers", &c->n_layers},
                {"num_attention_heads", &c->n_heads},
                {"num_key_value_heads", &c->n_kv_heads},
                {"head_dim", &c->head_dim},
                {"max_position_embeddings", &c->n_ctx_train},
                {"vocab_size", &c->n_vocab},
                {"weight_bits", &f->weight_bits},
                {"bos_token_id", &hf->source->vocab.bos},
                {"pad_token_id", &hf->source->vocab.pad}};
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++)
        if (bn_json_is(key, ints[i].name)) return get_int(j, ints[i].out);
    if (bn_json_is(key, "eos_token_id")) return get_ends(j, hf, f);
    if (bn_json_is(key, "rms_norm_eps")) return get_float(j, &c->rms_eps);
    if (bn_json_is(key, "rope_theta")) return get_float(j, &c->rope_theta);
    if (bn_json_is(key, "tie_word_embeddings")) return get_bool(j, &hf->tied);
    if (bn_json_is(key, "hidden_act")) return get_text(j, &f->activation);
    if (bn_json_is(key, "architectures")) return read_architectures(j, f);
    if (bn_json_is(key, "rope_scaling") || bn_json_is(key, "rope_parameters")) return read_rope_scaling(j, f, c);
    if (bn_json_is(key, "quantization_config")) return read_quantization(j, f, hf);
    return bn_json_skip(j);
}

static bool same_name(struct bn_json_text t, const char *name)
{
    return t.n == strlen(name) && strncasecmp(t.bytes, name, t.n) == 0;
}
static int shown(struct bn_json_text t) { return t.n < 60 ? (int)t.n : 60; }

static enum bn_status apply_architecture(struct bn_hf *hf, const struct found *f, struct bn_error *err)
{
    struct bn_config *c = &hf->source->config;
    hf->has_sub_norms = same_name(f->architecture, "BitNetForCausalLM"); /* 1bitLLM's spelling is BitnetForCausalLM */
    if (!hf->has_sub_norms && !same_name(f->architecture, "LlamaForCausalLM"))
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "%s: has the architecture \"%.*s\"; BitNetForCausalLM and LlamaForCausalLM can be run.",
                       hf->path, shown(f->architecture), f->architecture.n ? f->architecture.bytes : "");
    bool relu2 = bn_json_is(f->activation, "relu2"), silu = f->activation.n == 0 || bn_json_is(f->activation, "silu");
    if ((!relu2 && !silu) || (relu2 && !hf->has_sub_norms))
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "%s: has the activation \"%.*s\" in %.*s; silu can be run, and relu2 in BitNetForCausalLM.",
                       hf->path, shown(f->activation), f->activation.n ? f->activation.bytes : "",
                       shown(f->architecture), f->architecture.bytes);
    c->ffn_activation = relu2 ? BN_FFN_RELU2 : BN_FFN_SILU;
    c->rope_kind = BN_ROPE_HALF_SPLIT;
    snprintf(c->architecture, sizeof c->architecture, "%s",
             relu2               ? "bitnet-b1.58"
             : hf->has_sub_norms ? "bitnet"
                                 : "llama");
    return BN_OK;
}

static enum bn_status apply_quantization(struct bn_hf *hf, const struct found *f, struct bn_error *err)
{
    if (f->quantization && !bn_json_is(f->quant_method, "bitnet"))
        return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: is quantised by the method \"%.*s\"; only bitnet can be read.",
                       hf->path, shown(f->quant_method), f->quant_method.n ? f->quant_method.bytes : "");
    hf->bitnet = f->quantization || f->weight_bits == 1 || hf->has_sub_norms;
    hf->scale_multiplies = bn_json_is(f->linear_class, "autobitlinear");
    hf->source->config.norm_in_eps = f->norm_in_eps;
    return BN_OK;
}

static enum bn_status apply_rope(struct bn_hf *hf, const struct found *f, struct bn_error *err)
{
    if (f->rope_type.n == 0 || bn_json_is(f->rope_type, "default") || bn_json_is(f->rope_type, "none")) return BN_OK;
    if (!bn_json_is(f->rope_type, "linear"))
        return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: scales rope by the rule \"%.*s\"; default and linear can be run.",
                       hf->path, shown(f->rope_type), f->rope_type.bytes);
    hf->source->config.rope_scale = f->rope_factor;
    return BN_OK;
}

/* Chat models list their stop ids in generation_config.json only. */
static enum bn_status read_generation_config(struct bn_hf *hf, struct found *f, struct bn_error *err)
{
    struct bn_map map;
    struct bn_json j;
    struct bn_json_text key;
    if (bn_hf_map(hf, &map, "generation_config.json", NULL)) return BN_OK;
    bn_json_init(&j, map.bytes, map.n);
    for (bn_json_object(&j); bn_json_key(&j, &key);)
        if (bn_json_is(key, "eos_token_id"))
            get_ends(&j, hf, f);
        else
            bn_json_skip(&j);
    return bn_json_end(&j) ? BN_OK : bn_hf_json_error(hf, "generation_config.json", &j, err);
}

static void set_name(struct bn_config *c, const char *path)
{
    size_t n = strlen(path), start;
    while (n > 1 && path[n - 1] == '/') n--;
    for (start = n; start > 0 && path[start - 1] != '/'; start--) {
    }
    snprintf(c->name, sizeof c->name, "%.*s", (int)(n - start), path + start);
}

enum bn_status bn_hf_config(struct bn_hf *hf, struct bn_error *err)
{
    struct bn_config *c = &hf->source->config;
    struct found f = {.eos = -1, .second_eos = -1, .rope_factor = 1, .norm_in_eps = 1e-6f};
    struct bn_map map;
    struct bn_json j;
    struct bn_json_text key;
    enum bn_status status = bn_hf_map(hf, &map, "config.json", err);
    if (status) return status;
    c->rms_eps = 1e-6f, c->rope_theta = 10000, c->rope_scale = 1; /* transformers' defaults */
    bn_json_init(&j, map.bytes, map.n);
    for (bn_json_object(&j); bn_json_key(&j, &key) && read_key(&j, key, &f, hf);) {
    }
    if (!bn_json_end(&j)) return bn_hf_json_error(hf, "config.json", &j, err);
    if ((status = read_generation_config(hf, &f, err))) return status;
    if (!c->n_kv_heads) c->n_kv_heads = c->n_heads;
    if (!c->head_dim && c->n_heads > 0 && c->dim % c->n_heads == 0) c->head_dim = c->dim / c->n_heads;
    c->rope_dim = c->head_dim;
    set_name(c, hf->path);
    hf->source->vocab.eos = f.eos, hf->source->vocab.eot = f.second_eos;
    if ((status = apply_architecture(hf, &f, err)) || (status = apply_quantization(hf, &f, err))) return status;
    return apply_rope(hf, &f, err);
}
