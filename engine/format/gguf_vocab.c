/* gguf_vocab.c - the vocabulary in a GGUF file (keys tokenizer.*). Token texts stay where they are in the
 * file's map. */
#include "engine/format/gguf.h"
#include "engine/format/little_endian.h"
#include <stdio.h>
#include <string.h>

static bool equals(struct bn_string s, const char *text)
{
    return s.n == strlen(text) && memcmp(s.bytes, text, s.n) == 0;
}

static enum bn_status wrong_array(const struct bn_gguf *g, const char *key, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_FORMAT, "%s: \"%s\" is not an array of the right type and length; the file is damaged.",
                   g->path, key);
}

static enum bn_status get_kind(struct bn_vocab *v, const struct bn_gguf *g, struct bn_error *err)
{
    struct bn_string model = {"", 0}, pre = {"", 0};
    enum bn_status status = bn_gguf_get_string(g, "tokenizer.ggml.model", &model, err);
    if (!status) status = bn_gguf_get_string(g, "tokenizer.ggml.pre", &pre, err);
    if (status) return status;
    if (equals(model, "gpt2"))
        v->kind = BN_VOCAB_BPE;
    else if (equals(model, "llama"))
        v->kind = BN_VOCAB_SPM;
    else if (model.n && !equals(model, "none") && !equals(model, "no_vocab"))
        return bn_fail(err, BN_ERR_UNSUPPORTED, "%s: has a tokenizer of model \"%.*s\"; gpt2 and llama can be run.",
                       g->path, model.n < 40 ? (int)model.n : 40, model.bytes);
    if (pre.n >= sizeof v->pre)
        return bn_fail(err, BN_ERR_FORMAT, "%s: tokenizer.ggml.pre is %zu bytes long; the file is damaged.", g->path,
                       pre.n);
    snprintf(v->pre, sizeof v->pre, "%.*s", (int)pre.n, pre.bytes);
    return BN_OK;
}

/* Strings of a string array, in place. */
static enum bn_status get_strings(struct bn_source *s, const struct bn_gguf *g, const char *key, struct bn_string **out,
                                  size_t *n, struct bn_error *err)
{
    const struct bn_gguf_value *value = bn_gguf_find(g, key);
    if (!value) return BN_OK;
    if (!value->is_array || value->type != BN_GGUF_STRING || value->n > 1 << 24) return wrong_array(g, key, err);
    struct bn_string *strings = bn_source_alloc(s, value->n, sizeof *strings, err);
    if (!strings) return BN_ERR_MEMORY;
    const uint8_t *at = value->data;
    for (uint64_t i = 0; i < value->n; i++) strings[i] = bn_gguf_next_string(&at);
    *out = strings;
    *n = (size_t)value->n;
    return BN_OK;
}

static enum bn_status get_scores(struct bn_source *s, const struct bn_gguf *g, struct bn_error *err)
{
    static const char key[] = "tokenizer.ggml.scores";
    struct bn_vocab *v = &s->vocab;
    const struct bn_gguf_value *value = bn_gguf_find(g, key);
    if (!value) return BN_OK;
    if (!value->is_array || value->type != BN_GGUF_F32 || value->n != (uint64_t)v->n_tokens)
        return wrong_array(g, key, err);
    if (!(v->scores = bn_source_alloc(s, value->n, sizeof *v->scores, err))) return BN_ERR_MEMORY;
    for (uint64_t i = 0; i < value->n; i++) v->scores[i] = bn_load_f32(value->data + 4 * i);
    return BN_OK;
}

static enum bn_status get_types(struct bn_source *s, const struct bn_gguf *g, struct bn_error *err)
{
    static const char key[] = "tokenizer.ggml.token_type";
    struct bn_vocab *v = &s->vocab;
    int64_t type;
    const struct bn_gguf_value *value = bn_gguf_find(g, key);
    if (!value) return BN_OK;
    if (!value->is_array || value->n != (uint64_t)v->n_tokens) return wrong_array(g, key, err);
    if (!(v->types = bn_source_alloc(s, value->n, 1, err))) return BN_ERR_MEMORY;
    for (uint64_t i = 0; i < value->n; i++) {
        if (!bn_gguf_integer(value, i, &type)) return wrong_array(g, key, err);
        v->types[i] = type >= BN_TOKEN_NORMAL && type <= BN_TOKEN_BYTE ? (uint8_t)type : BN_TOKEN_NORMAL;
    }
    return BN_OK;
}

/* A token id: 0xffffffff and -1 mean none; others outside the vocabulary are refused by bn_vocab_check. */
static enum bn_status get_id(const struct bn_gguf *g, const char *key, int32_t *out, struct bn_error *err)
{
    int64_t id;
    const struct bn_gguf_value *value = bn_gguf_find(g, key);
    if (!value) return BN_OK;
    if (value->is_array || !bn_gguf_integer(value, 0, &id) || id < -1 || id > UINT32_MAX)
        return bn_fail(err, BN_ERR_FORMAT, "%s: the value of key \"%s\" is not a token id; the file is damaged.",
                       g->path, key);
    *out = (int32_t)(uint32_t)id;
    return BN_OK;
}

static enum bn_status get_ids(struct bn_vocab *v, const struct bn_gguf *g, struct bn_error *err)
{
    const struct {
        const char *key;
        int32_t *out;
    } ids[] = {{"tokenizer.ggml.bos_token_id", &v->bos},     {"tokenizer.ggml.eos_token_id", &v->eos},
               {"tokenizer.ggml.eot_token_id", &v->eot},     {"tokenizer.ggml.eom_token_id", &v->eom},
               {"tokenizer.ggml.unknown_token_id", &v->unk}, {"tokenizer.ggml.padding_token_id", &v->pad}};
    if (v->kind == BN_VOCAB_SPM && v->n_tokens > 2) v->unk = 0, v->bos = 1, v->eos = 2; /* where the file is silent */
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        enum bn_status status = get_id(g, ids[i].key, ids[i].out, err);
        if (status) return status;
    }
    return BN_OK;
}

static bool starts_like_llama3(const struct bn_vocab *v)
{
    return v->n_tokens == 128256 && equals(v->tokens[128000], "<|begin_of_text|>");
}

static bool adds_bos(const char *pre)
{
    static const char *const names[] = {"llama-bpe", "llama3",  "llama-v3", "falcon3", "falcon-h1", "falcon_e",
                                        "falcon-e",  "pixtral", "midm-2.0", "lfm2",    "tekken"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(pre, names[i])) return true;
    return false;
}

static enum bn_status get_normalizer(struct bn_vocab *v, const struct bn_gguf *g, struct bn_error *err)
{
    struct bn_string names = {"", 0};
    enum bn_status status = bn_gguf_get_string(g, "bitnet.tokenizer.normalizer", &names, err);
    if (!status && names.n >= sizeof v->normalizer)
        return bn_fail(err, BN_ERR_FORMAT, "%s: bitnet.tokenizer.normalizer is %zu bytes long; the file is damaged.",
                       g->path, names.n);
    snprintf(v->normalizer, sizeof v->normalizer, "%.*s", (int)names.n, names.bytes);
    return status;
}

/* Defaults of llama.cpp where the file is silent: SPM adds BOS and a space; byte-level BPE adds BOS for
 * Llama-3's kin. */
static enum bn_status get_flags(struct bn_vocab *v, const struct bn_gguf *g, struct bn_error *err)
{
    bool spm = v->kind == BN_VOCAB_SPM;
    v->add_space_prefix = spm;
    v->add_bos = spm || adds_bos(v->pre) || (!v->pre[0] && starts_like_llama3(v));
    enum bn_status status = bn_gguf_get_bool(g, "tokenizer.ggml.add_bos_token", &v->add_bos, err);
    if (!status) status = bn_gguf_get_bool(g, "tokenizer.ggml.add_eos_token", &v->add_eos, err);
    if (!status) status = bn_gguf_get_bool(g, "tokenizer.ggml.add_space_prefix", &v->add_space_prefix, err);
    if (!status) status = bn_gguf_get_bool(g, "bitnet.tokenizer.prefix_at_start", &v->prefix_at_start, err);
    if (!status) status = get_normalizer(v, g, err);
    if (!status) status = bn_gguf_get_bool(g, "bitnet.tokenizer.prefix_unless_space", &v->prefix_unless_space, err);
    return status;
}

/* Ids that end generation, besides those with a key of their own: a list of ours. */
static enum bn_status get_ends(struct bn_source *s, const struct bn_gguf *g, struct bn_error *err)
{
    static const char key[] = "bitnet.tokenizer.end_token_ids";
    const struct bn_gguf_value *value = bn_gguf_find(g, key);
    int64_t id;
    if (!value) return BN_OK;
    if (!value->is_array || value->n > 1 << 16) return wrong_array(g, key, err);
    if (!(s->vocab.ends = bn_source_alloc(s, value->n, sizeof *s->vocab.ends, err))) return BN_ERR_MEMORY;
    for (uint64_t i = 0; i < value->n; i++) {
        if (!bn_gguf_integer(value, i, &id) || id < 0 || id > INT32_MAX) return wrong_array(g, key, err);
        s->vocab.ends[s->vocab.n_ends++] = (int32_t)id;
    }
    return BN_OK;
}

/* Id and flags of each token that has any. */
static enum bn_status get_token_flags(struct bn_source *s, const struct bn_gguf *g, struct bn_error *err)
{
    static const char key[] = "bitnet.tokenizer.token_flags";
    const struct bn_gguf_value *value = bn_gguf_find(g, key);
    int64_t id, flags;
    if (!value) return BN_OK;
    if (!value->is_array || value->n % 2) return wrong_array(g, key, err);
    if (!(s->vocab.flags = bn_source_alloc(s, (size_t)s->vocab.n_tokens, 1, err))) return BN_ERR_MEMORY;
    for (uint64_t i = 0; i < value->n; i += 2) {
        bool good = bn_gguf_integer(value, i, &id) && bn_gguf_integer(value, i + 1, &flags) && id >= 0 &&
                    id < s->vocab.n_tokens && flags > 0 && flags <= UINT8_MAX;
        if (!good) return wrong_array(g, key, err);
        s->vocab.flags[id] = (uint8_t)flags;
    }
    return BN_OK;
}

void bn_gguf_template_key(char *key, size_t cap, struct bn_string name)
{
    snprintf(key, cap, "tokenizer.chat_template.%.*s", (int)(name.n < BN_TEMPLATE_NAME ? name.n : BN_TEMPLATE_NAME),
             name.bytes);
}

/* tokenizer.chat_templates lists names, tokenizer.chat_template.NAME is each one's text. */
static enum bn_status get_templates(struct bn_source *s, const struct bn_gguf *g, struct bn_error *err)
{
    struct bn_vocab *v = &s->vocab;
    struct bn_string *names = NULL;
    size_t n = 0;
    enum bn_status status = get_strings(s, g, "tokenizer.chat_templates", &names, &n, err);
    if (status || !n) return status;
    if (!(v->templates = bn_source_alloc(s, n, sizeof *v->templates, err))) return BN_ERR_MEMORY;
    for (size_t i = 0; i < n && !status; i++) {
        char key[128];
        struct bn_string text = {NULL, 0};
        bn_gguf_template_key(key, sizeof key, names[i]);
        status = bn_gguf_get_string(g, key, &text, err);
        if (!status && !text.bytes)
            status = bn_fail(err, BN_ERR_FORMAT,
                             "%s: lists a chat template without its key \"%s\"; the file is damaged.", g->path, key);
        v->templates[v->n_templates++] = (struct bn_named_template){names[i], text};
    }
    return status;
}

static enum bn_status get_named(struct bn_vocab *v, const struct bn_gguf *g, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    char key[64];
    for (int i = 0; i < BN_NAMED_TOKENS && !status; i++) {
        snprintf(key, sizeof key, "bitnet.tokenizer.%s", bn_named_tokens[i]);
        status = bn_gguf_get_string(g, key, &v->named[i], err);
    }
    return status;
}

enum bn_status bn_gguf_vocab(struct bn_source *s, const struct bn_gguf *g, struct bn_error *err)
{
    struct bn_vocab *v = &s->vocab;
    struct bn_string chat = {NULL, 0};
    size_t n = 0;
    enum bn_status status = get_kind(v, g, err);
    if (status || v->kind == BN_VOCAB_NONE) return status;
    if ((status = get_strings(s, g, "tokenizer.ggml.tokens", &v->tokens, &n, err))) return status;
    if (n == 0) return bn_fail(err, BN_ERR_FORMAT, "%s: has a tokenizer model but no tokenizer.ggml.tokens.", g->path);
    v->n_tokens = (int)n;
    if ((status = get_strings(s, g, "tokenizer.ggml.merges", &v->merges, &v->n_merges, err))) return status;
    if ((status = get_scores(s, g, err)) || (status = get_types(s, g, err)) || (status = get_ids(v, g, err)))
        return status;
    if ((status = get_flags(v, g, err)) || (status = get_ends(s, g, err)) || (status = get_token_flags(s, g, err)) ||
        (status = get_named(v, g, err)) || (status = get_templates(s, g, err)))
        return status;
    if ((status = bn_gguf_get_string(g, "tokenizer.chat_template", &chat, err)) || !chat.bytes) return status;
    v->chat_template = (struct bn_string){bn_source_string(s, chat.bytes, chat.n, err), chat.n};
    return v->chat_template.bytes ? BN_OK : BN_ERR_MEMORY;
}
