/* source.c - finds the format of a model by its content, and the rules that every format obeys. */
#include "engine/format/source.h"
#include "engine/format/complete.h"
#include "engine/format/owner.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum bn_status bn_source_map(struct bn_source *source, struct bn_map *map, const char *path, struct bn_error *err)
{
    struct bn_source_owner *owner = source->owner;
    enum bn_status status = bn_map_open(map, path, err);
    if (status) return status;
    struct bn_map *maps = realloc(owner->maps, (owner->n_maps + 1) * sizeof *maps);
    if (!maps) {
        bn_map_close(map);
        return bn_fail_memory(err, "the list of mapped files", (owner->n_maps + 1) * sizeof *maps);
    }
    owner->maps = maps;
    maps[owner->n_maps++] = *map;
    source->file_bytes += map->n;
    return BN_OK;
}

void *bn_source_alloc(struct bn_source *source, size_t n, size_t size, struct bn_error *err)
{
    void *p = bn_arena_alloc(&source->owner->arena, n, size);
    if (p) return p;
    source->owner->short_of_memory = true;
    bn_fail_memory(err, "reading the model", n > SIZE_MAX / (size ? size : 1) ? SIZE_MAX : n * size);
    return NULL;
}

char *bn_source_string(struct bn_source *source, const char *bytes, size_t n, struct bn_error *err)
{
    char *s = bn_arena_string(&source->owner->arena, bytes, n);
    if (s) return s;
    source->owner->short_of_memory = true;
    bn_fail_memory(err, "a name in the model", n);
    return NULL;
}

enum bn_status bn_source_add(struct bn_source *source, const char *name, enum bn_encoding encoding, int64_t rows,
                             int64_t cols, const void *data, struct bn_error *err)
{
    char *copy = bn_source_string(source, name, strlen(name), err);
    if (!copy) return BN_ERR_MEMORY;
    size_t bytes = bn_encoding_traits(encoding)->tensor_bytes(rows, cols);
    source->tensors[source->n_tensors++] = (struct bn_tensor){
        .name = copy, .encoding = encoding, .rows = rows, .cols = cols, .data = data, .bytes = bytes};
    return BN_OK;
}

void bn_layer_name(char *out, size_t cap, const char *pattern, int layer)
{
    const char *hole = strstr(pattern, "%d");
    snprintf(out, cap, "%.*s%d%s", (int)(hole - pattern), pattern, layer, hole + 2);
}

static enum bn_status refuse_tokenizer(const char *path, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_USAGE,
                   "%s carries its own vocabulary; leave out --tokenizer, which is for llama2.c checkpoints.", path);
}

static enum bn_status dispatch(struct bn_source *source, const char *path, const struct bn_model_options *options,
                               struct bn_error *err)
{
    struct stat st;
    if (stat(path, &st)) return bn_fail(err, BN_ERR_IO, "%s: cannot be opened (%s).", path, strerror(errno));
    if (S_ISDIR(st.st_mode) && options->tokenizer_path) return refuse_tokenizer(path, err);
    if (S_ISDIR(st.st_mode)) return bn_safetensors_open(source, path, options, err);
    struct bn_map map;
    enum bn_status status = bn_map_open(&map, path, err);
    if (status) return status;
    bool gguf = map.n >= 4 && memcmp(map.bytes, "GGUF", 4) == 0;
    bn_map_close(&map);
    if (gguf && options->tokenizer_path) return refuse_tokenizer(path, err);
    return gguf ? bn_gguf_open(source, path, options, err) : bn_llama2c_open(source, path, options, err);
}

enum bn_status bn_source_open(struct bn_source *source, const char *path, const struct bn_model_options *options,
                              struct bn_error *err)
{
    static const struct bn_model_options defaults;
    if (!options) options = &defaults;
    *source = (struct bn_source){0};
    struct bn_vocab *v = &source->vocab;
    v->bos = v->eos = v->eot = v->eom = v->unk = v->pad = -1;
    source->config.rope_scale = 1;
    source->owner = calloc(1, sizeof *source->owner);
    if (!source->owner) return bn_fail_memory(err, "a model file", sizeof *source->owner);
    enum bn_status status = dispatch(source, path, options, err);
    if (!status && source->owner->short_of_memory)
        status = bn_fail_memory(err, "reading the model", source->file_bytes);
    if (!status && !options->vocab_only) status = bn_config_check(&source->config, path, err);
    if (!status && !options->vocab_only) status = bn_complete_check(source, path, err);
    if (!status) status = bn_vocab_check(v, path, err);
    struct bn_error changed; /* explains better than what was read */
    if (bn_source_check(source, &changed)) status = bn_fail(err, changed.status, "%s", changed.text);
    if (status) bn_source_close(source);
    return status;
}

void bn_source_close(struct bn_source *source)
{
    struct bn_source_owner *owner = source->owner;
    if (owner) {
        for (size_t i = 0; i < owner->n_maps; i++) bn_map_close(&owner->maps[i]);
        free(owner->maps);
        bn_arena_release(&owner->arena);
        free(owner);
    }
    *source = (struct bn_source){0};
}

enum bn_status bn_source_check(const struct bn_source *source, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; i < source->owner->n_maps && !status; i++) status = bn_map_check(&source->owner->maps[i], err);
    return status;
}

bool bn_tensor_is_linear(const struct bn_tensor *t)
{
    static const char *const names[] = {".attn_q.weight",   ".attn_k.weight", ".attn_v.weight",  ".attn_output.weight",
                                        ".ffn_gate.weight", ".ffn_up.weight", ".ffn_down.weight"};
    size_t n = strlen(t->name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (n >= strlen(names[i]) && !strcmp(t->name + n - strlen(names[i]), names[i])) return true;
    return false;
}

const struct bn_tensor *bn_source_tensor(const struct bn_source *source, const char *name)
{
    for (size_t i = 0; i < source->n_tensors; i++)
        if (strcmp(source->tensors[i].name, name) == 0) return &source->tensors[i];
    return NULL;
}

static enum bn_status check_range(const char *path, const char *what, int value, int min, int max, struct bn_error *err)
{
    if (value >= min && value <= max) return BN_OK;
    return bn_fail(err, BN_ERR_FORMAT,
                   "%s: %s is %d, which is outside %d..%d; the file is damaged or no model for this engine.", path,
                   what, value, min, max);
}

enum bn_status bn_config_check(const struct bn_config *c, const char *path, struct bn_error *err)
{
    const struct {
        const char *what;
        int value, max;
    } sizes[] = {{"the number of layers", c->n_layers, 4096},      {"the embedding length", c->dim, 1 << 20},
                 {"the feed-forward length", c->ffn_dim, 1 << 22}, {"the number of heads", c->n_heads, 4096},
                 {"the number of kv heads", c->n_kv_heads, 4096},  {"the head dimension", c->head_dim, BN_MAX_HEAD_DIM},
                 {"the vocabulary size", c->n_vocab, 1 << 24},     {"the context length", c->n_ctx_train, 1 << 24},
                 {"the rope dimension", c->rope_dim, c->head_dim}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        enum bn_status status = check_range(path, sizes[i].what, sizes[i].value, 1, sizes[i].max, err);
        if (status) return status;
    }
    if (c->n_heads % c->n_kv_heads)
        return bn_fail(err, BN_ERR_FORMAT, "%s: %d heads cannot share %d kv heads evenly.", path, c->n_heads,
                       c->n_kv_heads);
    if (c->rope_dim % 2) return bn_fail(err, BN_ERR_FORMAT, "%s: the rope dimension %d is odd.", path, c->rope_dim);
    if (!(c->rms_eps >= 0 && c->rms_eps < 1) || !(c->norm_in_eps >= 0 && c->norm_in_eps < 1))
        return bn_fail(err, BN_ERR_FORMAT, "%s: the epsilon of the norms (%g) is not within 0..1.", path,
                       (double)c->rms_eps);
    if (!(c->rope_theta > 0 && isfinite(c->rope_theta)) || !(c->rope_scale > 0 && isfinite(c->rope_scale)))
        return bn_fail(err, BN_ERR_FORMAT, "%s: the rope base %g or scale %g is not a positive number.", path,
                       (double)c->rope_theta, (double)c->rope_scale);
    return BN_OK;
}

/* Names choose among them, and become keys of GGUF files. */
static enum bn_status check_templates(const struct bn_vocab *v, const char *path, struct bn_error *err)
{
    if (v->n_templates > BN_TEMPLATES)
        return bn_fail(err, BN_ERR_FORMAT, "%s: has %zu chat templates, more than %d.", path, v->n_templates,
                       BN_TEMPLATES);
    for (size_t i = 0; i < v->n_templates; i++) {
        struct bn_string name = v->templates[i].name;
        bool good =
            name.n && name.n <= BN_TEMPLATE_NAME && !memchr(name.bytes, 0, name.n) && v->templates[i].text.bytes;
        for (size_t k = 0; good && k < i; k++) good = !bn_string_equal(name, v->templates[k].name);
        if (!good)
            return bn_fail(err, BN_ERR_FORMAT,
                           "%s: chat template %zu has no text, or a name that is empty, too long or that of another.",
                           path, i + 1);
    }
    return BN_OK;
}

enum bn_status bn_vocab_check(const struct bn_vocab *v, const char *path, struct bn_error *err)
{
    const struct {
        const char *what;
        int32_t id;
    } ids[] = {{"bos", v->bos}, {"eos", v->eos},     {"eot", v->eot},
               {"eom", v->eom}, {"unknown", v->unk}, {"padding", v->pad}};
    if (v->kind == BN_VOCAB_NONE) return BN_OK;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (ids[i].id < -1 || ids[i].id >= v->n_tokens)
            return bn_fail(err, BN_ERR_FORMAT, "%s: the %s token id %lld is outside the vocabulary of %d tokens.", path,
                           ids[i].what, (long long)(uint32_t)ids[i].id, v->n_tokens);
    return check_templates(v, path, err);
}

bool bn_source_in_file(const struct bn_source *source, const void *data)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < source->owner->n_maps; i++)
        if (p >= source->owner->maps[i].bytes && p < source->owner->maps[i].bytes + source->owner->maps[i].n)
            return true;
    return false;
}
