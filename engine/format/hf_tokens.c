/* hf_tokens.c - what the files beside the vocabulary say: added tokens and special tokens. */
#include "engine/format/hf.h"
#include <stdio.h>
#include <string.h>

/* ---- added tokens ---- */

static bool flag(struct bn_json *j)
{
    bool value = false;
    if (bn_json_peek(j) == BN_JSON_BOOL)
        bn_json_bool(j, &value);
    else
        bn_json_skip(j);
    return value;
}

bool bn_hf_added_token(struct bn_json *j, int64_t *id, struct bn_hf_added *token)
{
    struct bn_json_text key;
    *token = (struct bn_hf_added){.content = {"", 0}};
    for (bn_json_object(j); bn_json_key(j, &key);)
        if (bn_json_is(key, "id"))
            bn_json_int(j, id);
        else if (bn_json_is(key, "content"))
            bn_json_string(j, &token->content);
        else if (bn_json_is(key, "special"))
            token->special = flag(j);
        else if (bn_json_is(key, "normalized"))
            token->normalized = flag(j);
        else if (bn_json_is(key, "lstrip"))
            token->flags |= flag(j) ? BN_TOKEN_LSTRIP : 0;
        else if (bn_json_is(key, "rstrip"))
            token->flags |= flag(j) ? BN_TOKEN_RSTRIP : 0;
        else if (bn_json_is(key, "single_word"))
            token->flags |= flag(j) ? BN_TOKEN_SINGLE_WORD : 0;
        else
            bn_json_skip(j);
    return !j->error;
}

/* Normal forms C and D leave the texts of such tokens alone; the other normalizers find them in other texts too. */
void bn_hf_check_normalized(struct bn_hf *hf, const struct bn_hf_added *token)
{
    struct bn_vocab *v = &hf->source->vocab;
    char text[300];
    if (!token->normalized || v->problem || (!strchr(v->normalizer, 'K') && !strchr(v->normalizer, 'L'))) return;
    int n =
        snprintf(text, sizeof text,
                 "%.120s: the added token \"%.*s\" is \"normalized\", which is not supported with the normalizer "
                 "\"%s\"; give token ids instead.",
                 hf->path, (int)(token->content.n < 60 ? token->content.n : 60), token->content.bytes, v->normalizer);
    v->problem = bn_source_string(hf->source, text, (size_t)n, NULL);
}

static enum bn_status put_token(struct bn_hf *hf, int64_t id, const struct bn_hf_added *token, struct bn_error *err)
{
    struct bn_json_text content = token->content;
    struct bn_vocab *v = &hf->source->vocab;
    if (id < 0 || id >= v->n_tokens)
        return bn_fail(err, BN_ERR_FORMAT,
                       "%s: the added token \"%.*s\" has the id %lld, and config.json a vocab_size of %d; the files "
                       "belong to different models.",
                       hf->path, (int)(content.n < 60 ? content.n : 60), content.bytes, (long long)id, v->n_tokens);
    char *text = bn_source_alloc(hf->source, content.n + 1, 1, err);
    if (!text) return BN_ERR_MEMORY;
    v->tokens[id] = (struct bn_string){text, bn_json_unescape(text, content)};
    if (v->types[id] != BN_TOKEN_UNKNOWN) v->types[id] = token->special ? BN_TOKEN_CONTROL : BN_TOKEN_USER;
    v->flags[id] = token->flags;
    bn_hf_check_normalized(hf, token);
    return BN_OK;
}

/* tokenizer.json says more of its added tokens. */
static bool knows(const struct bn_vocab *v, int64_t id)
{
    return id >= 0 && id < v->n_tokens && (v->types[id] == BN_TOKEN_CONTROL || v->types[id] == BN_TOKEN_USER);
}

/* {"<|im_end|>": 32001, ...} */
static enum bn_status added_tokens_file(struct bn_hf *hf, struct bn_error *err)
{
    struct bn_map map;
    struct bn_json j;
    struct bn_hf_added token = {.content = {"", 0}};
    int64_t id;
    enum bn_status status = BN_OK;
    if (bn_hf_map(hf, &map, "added_tokens.json", NULL)) return BN_OK;
    bn_json_init(&j, map.bytes, map.n);
    for (bn_json_object(&j); !status && bn_json_key(&j, &token.content) && bn_json_int(&j, &id);)
        if (!knows(&hf->source->vocab, id)) status = put_token(hf, id, &token, err);
    return status || bn_json_end(&j) ? status : bn_hf_json_error(hf, "added_tokens.json", &j, err);
}

/* The added_tokens of a tokenizer.json whose vocabulary was read from elsewhere. */
static enum bn_status tokenizer_file(struct bn_hf *hf, struct bn_error *err)
{
    struct bn_map map;
    struct bn_json j;
    struct bn_json_text key;
    struct bn_hf_added token;
    enum bn_status status = BN_OK;
    if (bn_hf_map(hf, &map, "tokenizer.json", NULL)) return BN_OK;
    bn_json_init(&j, map.bytes, map.n);
    for (bn_json_object(&j); !status && bn_json_key(&j, &key);) {
        if (!bn_json_is(key, "added_tokens") || bn_json_peek(&j) != BN_JSON_ARRAY) {
            bn_json_skip(&j);
            continue;
        }
        int64_t id = -1;
        for (bn_json_array(&j); !status && bn_json_element(&j) && bn_hf_added_token(&j, &id, &token); id = -1)
            status = put_token(hf, id, &token, err);
    }
    return status || bn_json_end(&j) ? status : bn_hf_json_error(hf, "tokenizer.json", &j, err);
}

/* {"32001": {"content": ...}, ...} */
static enum bn_status added_tokens_decoder(struct bn_hf *hf, struct bn_json *j, struct bn_error *err)
{
    struct bn_json_text key;
    struct bn_hf_added token;
    enum bn_status status = BN_OK;
    for (bn_json_object(j); !status && bn_json_key(j, &key);) {
        int64_t id = key.n ? 0 : -1;
        for (size_t i = 0; i < key.n && id >= 0 && id < INT32_MAX; i++)
            id = key.bytes[i] >= '0' && key.bytes[i] <= '9' ? id * 10 + (key.bytes[i] - '0') : -1;
        if (bn_hf_added_token(j, &id, &token)) status = put_token(hf, id, &token, err);
    }
    return status;
}

/* ---- tokenizer_config.json ---- */

/* A special token: its text, or an object with its content; null for none. */
static void special_token(struct bn_hf *hf, struct bn_json *j, struct bn_string *out)
{
    struct bn_json_text text = {"", 0};
    struct bn_hf_added token;
    int64_t id = -1;
    if (bn_json_peek(j) == BN_JSON_STRING)
        bn_json_string(j, &text);
    else if (bn_json_peek(j) == BN_JSON_OBJECT)
        text = bn_hf_added_token(j, &id, &token) ? token.content : text;
    else
        bn_json_skip(j);
    if (text.n) *out = bn_hf_text(hf, text);
}

static enum bn_status read_key(struct bn_hf *hf, struct bn_json *j, struct bn_json_text key, bool from_model,
                               struct bn_error *err)
{
    struct bn_vocab *v = &hf->source->vocab;
    const struct {
        const char *name;
        bool *flag, counts;
    } flags[] = {{"add_bos_token", &v->add_bos, true},
                 {"add_eos_token", &v->add_eos, true},
                 {"add_prefix_space", &v->add_space_prefix, from_model}};
    for (int i = 0; i < BN_NAMED_TOKENS; i++)
        if (bn_json_is(key, bn_named_tokens[i])) return special_token(hf, j, &v->named[i]), BN_OK;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (bn_json_is(key, flags[i].name) && flags[i].counts && bn_json_peek(j) == BN_JSON_BOOL)
            return bn_json_bool(j, flags[i].flag), BN_OK;
    if (bn_json_is(key, "chat_template")) return bn_hf_chat_template(hf, j), BN_OK;
    if (bn_json_is(key, "added_tokens_decoder") && bn_json_peek(j) == BN_JSON_OBJECT)
        return added_tokens_decoder(hf, j, err);
    return bn_json_skip(j), BN_OK;
}

static enum bn_status tokenizer_config(struct bn_hf *hf, bool from_model, struct bn_error *err)
{
    struct bn_map map;
    struct bn_json j;
    struct bn_json_text key;
    enum bn_status status = BN_OK;
    if (bn_hf_map(hf, &map, "tokenizer_config.json", NULL)) return BN_OK;
    bn_json_init(&j, map.bytes, map.n);
    for (bn_json_object(&j); !status && bn_json_key(&j, &key);) status = read_key(hf, &j, key, from_model, err);
    return status || bn_json_end(&j) ? status : bn_hf_json_error(hf, "tokenizer_config.json", &j, err);
}

/* An id that config.json does not give, by the special token's text. */
static void find_id(const struct bn_vocab *v, struct bn_string text, int32_t *id)
{
    for (int32_t i = 0; text.n && *id < 0 && i < v->n_tokens; i++)
        if (v->tokens[i].n == text.n && !memcmp(v->tokens[i].bytes, text.bytes, text.n)) *id = i;
}

enum bn_status bn_hf_tokens(struct bn_hf *hf, bool from_model, struct bn_error *err)
{
    struct bn_vocab *v = &hf->source->vocab;
    enum bn_status status = added_tokens_file(hf, err);
    if (!status && from_model) status = tokenizer_file(hf, err);
    if (!status) status = tokenizer_config(hf, from_model, err);
    if (status) return status;
    if ((status = bn_hf_template_files(hf, err))) return status;
    find_id(v, v->named[BN_NAMED_BOS], &v->bos);
    find_id(v, v->named[BN_NAMED_EOS], &v->eos);
    find_id(v, v->named[BN_NAMED_PAD], &v->pad);
    return BN_OK;
}
