/* hf_tokenizer.c - tokenizer.json of Hugging Face: byte-level BPE (Llama 3 and its kin), or Llama 2's
 * sentencepiece BPE. */
#include "engine/format/hf.h"
#include <string.h>

enum { ID_LIMIT = 1 << 24 };

/* Where the parts of the file are: found in one pass, read in an order of our own. */
struct parts {
    const char *vocab, *merges, *added, *end;
    struct bn_hf_parts pipeline;
    struct bn_json_text unk, unsupported; /* of the model */
    bool bpe, byte_fallback;
};

static bool mark(struct bn_json *j, const char **at)
{
    bn_json_peek(j);
    *at = j->at;
    return bn_json_skip(j);
}

/* Texts at the ends of tokens that stand for no text: none, or "". */
static void read_affix(struct bn_json *j, struct bn_json_text key, struct parts *p)
{
    struct bn_json_text text = {"", 0};
    if (bn_json_peek(j) == BN_JSON_STRING)
        bn_json_string(j, &text);
    else
        bn_json_skip(j);
    if (text.n) p->unsupported = key;
}

static bool read_model(struct bn_json *j, struct parts *p)
{
    struct bn_json_text key, text;
    for (bn_json_object(j); bn_json_key(j, &key);)
        if (bn_json_is(key, "type") && bn_json_string(j, &text))
            p->bpe = bn_json_is(text, "BPE");
        else if (bn_json_is(key, "byte_fallback") && bn_json_peek(j) == BN_JSON_BOOL)
            bn_json_bool(j, &p->byte_fallback);
        else if (bn_json_is(key, "ignore_merges") && bn_json_peek(j) == BN_JSON_BOOL)
            bn_json_bool(j, &p->pipeline.ignore_merges);
        else if (bn_json_is(key, "unk_token") && bn_json_peek(j) == BN_JSON_STRING)
            bn_json_string(j, &p->unk);
        else if (bn_json_is(key, "continuing_subword_prefix") || bn_json_is(key, "end_of_word_suffix"))
            read_affix(j, key, p);
        else if (bn_json_is(key, "vocab"))
            mark(j, &p->vocab);
        else if (bn_json_is(key, "merges"))
            mark(j, &p->merges);
        else
            bn_json_skip(j);
    return !j->error;
}

static bool find_parts(struct bn_json *j, struct parts *p)
{
    struct bn_json_text key;
    const struct {
        const char *name;
        struct bn_json *part;
    } parts[] = {{"normalizer", &p->pipeline.normalizer},
                 {"pre_tokenizer", &p->pipeline.pre_tokenizer},
                 {"post_processor", &p->pipeline.post_processor}};
    for (bn_json_object(j); bn_json_key(j, &key);) {
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            if (bn_json_is(key, parts[i].name)) *parts[i].part = *j;
        if (bn_json_is(key, "model"))
            read_model(j, p);
        else if (bn_json_is(key, "added_tokens"))
            mark(j, &p->added);
        else
            bn_json_skip(j);
    }
    p->end = j->end;
    return bn_json_end(j);
}

static struct bn_json part(const struct parts *p, const char *at)
{
    struct bn_json j;
    bn_json_init(&j, at, (size_t)(p->end - at));
    return j;
}

static bool count_tokens(const struct parts *p, int64_t *n)
{
    struct bn_json_text text;
    struct bn_hf_added added;
    int64_t id;
    struct bn_json j = part(p, p->vocab);
    *n = 0;
    for (bn_json_object(&j); bn_json_key(&j, &text) && bn_json_int(&j, &id);) {
        if (id < 0 || id >= ID_LIMIT) return false;
        if (id >= *n) *n = id + 1;
    }
    if (j.error) return false;
    if (!p->added) return true;
    j = part(p, p->added);
    for (bn_json_array(&j); bn_json_element(&j);) {
        id = -1;
        if (!bn_hf_added_token(&j, &id, &added) || id < 0 || id >= ID_LIMIT) return false;
        if (id >= *n) *n = id + 1;
    }
    return !j.error;
}

/* The text of a token or merge: in place when it has no escapes. */
static struct bn_string text_of(struct bn_hf *hf, struct bn_json_text t, struct bn_error *err)
{
    if (!memchr(t.bytes, '\\', t.n)) return (struct bn_string){t.bytes, t.n};
    char *s = bn_source_alloc(hf->source, t.n, 1, err);
    return (struct bn_string){s, s ? bn_json_unescape(s, t) : 0};
}

static uint8_t type_of(const struct parts *p, struct bn_string s)
{
    bool byte = p->byte_fallback && s.n == 6 && memcmp(s.bytes, "<0x", 3) == 0 && s.bytes[5] == '>';
    return byte ? BN_TOKEN_BYTE : BN_TOKEN_NORMAL;
}

static enum bn_status read_tokens(struct bn_hf *hf, const struct parts *p, struct bn_error *err)
{
    struct bn_vocab *v = &hf->source->vocab;
    struct bn_json_text text;
    struct bn_hf_added added;
    int64_t id;
    struct bn_json j = part(p, p->vocab);
    for (bn_json_object(&j); bn_json_key(&j, &text) && bn_json_int(&j, &id);) {
        if (!(v->tokens[id] = text_of(hf, text, err)).bytes) return BN_ERR_MEMORY;
        v->types[id] = type_of(p, v->tokens[id]);
    }
    if (!p->added) return BN_OK;
    j = part(p, p->added);
    for (bn_json_array(&j); bn_json_element(&j) && bn_hf_added_token(&j, &id, &added);) {
        if (!(v->tokens[id] = text_of(hf, added.content, err)).bytes) return BN_ERR_MEMORY;
        v->types[id] = added.special ? BN_TOKEN_CONTROL : BN_TOKEN_USER;
        v->flags[id] = added.flags;
    }
    return BN_OK;
}

static void check_added(struct bn_hf *hf, const struct parts *p)
{
    struct bn_hf_added token;
    int64_t id;
    struct bn_json j = part(p, p->added ? p->added : p->end);
    for (bn_json_array(&j); p->added && bn_json_element(&j) && bn_hf_added_token(&j, &id, &token);)
        bn_hf_check_normalized(hf, &token);
}

/* A merge is "left right", or since 2024 the pair ["left", "right"]. */
static bool read_merge(struct bn_json *j, struct bn_hf *hf, struct bn_string *out, struct bn_error *err)
{
    struct bn_json_text text, left, right;
    if (bn_json_peek(j) == BN_JSON_STRING) {
        if (!bn_json_string(j, &text)) return false;
        *out = text_of(hf, text, err);
        return out->bytes != NULL;
    }
    bool pair = bn_json_array(j) && bn_json_element(j) && bn_json_string(j, &left) && bn_json_element(j) &&
                bn_json_string(j, &right) && !bn_json_element(j) && !j->error;
    char *s = pair ? bn_source_alloc(hf->source, left.n + right.n + 1, 1, err) : NULL;
    if (!s) return false;
    size_t n = bn_json_unescape(s, left);
    s[n++] = ' ';
    *out = (struct bn_string){s, n + bn_json_unescape(s + n, right)};
    return true;
}

static enum bn_status read_merges(struct bn_hf *hf, const struct parts *p, struct bn_error *err)
{
    struct bn_vocab *v = &hf->source->vocab;
    struct bn_json j = part(p, p->merges);
    size_t n = 0;
    for (bn_json_array(&j); bn_json_element(&j) && bn_json_skip(&j);) n++;
    if (!(v->merges = bn_source_alloc(hf->source, n, sizeof *v->merges, err))) return BN_ERR_MEMORY;
    j = part(p, p->merges);
    for (bn_json_array(&j); bn_json_element(&j); v->n_merges++)
        if (!read_merge(&j, hf, &v->merges[v->n_merges], err)) return bn_hf_json_error(hf, "tokenizer.json", &j, err);
    return BN_OK;
}

/* Not less than a byte of the file a token: ids with large gaps would take memory out of proportion. */
static enum bn_status check_count(const struct bn_hf *hf, size_t file_bytes, int64_t n, struct bn_error *err)
{
    if (n > 0 && (uint64_t)n <= file_bytes) return BN_OK;
    return bn_fail(err, BN_ERR_FORMAT, "%s/tokenizer.json: %zu bytes cannot hold tokens with ids up to %lld.", hf->path,
                   file_bytes, (long long)n - 1);
}

static void find_unk(struct bn_vocab *v, struct bn_json_text unk)
{
    for (int i = 0; unk.n && i < v->n_tokens; i++)
        if (v->tokens[i].n == unk.n && !memcmp(v->tokens[i].bytes, unk.bytes, unk.n)) v->unk = i;
}

enum bn_status bn_hf_tokenizer_json(struct bn_hf *hf, const struct bn_map *map, struct bn_error *err)
{
    struct bn_vocab *v = &hf->source->vocab;
    struct parts p = {0};
    struct bn_json j;
    int64_t n;
    bn_json_init(&j, map->bytes, map->n);
    if (!find_parts(&j, &p) || !p.vocab || !count_tokens(&p, &n))
        return bn_hf_json_error(hf, "tokenizer.json", &j, err);
    if (!p.bpe || !p.merges)
        return bn_fail(err, BN_ERR_UNSUPPORTED, "%s/tokenizer.json: only models of the type BPE are supported.",
                       hf->path);
    if (p.unsupported.n)
        return bn_fail(err, BN_ERR_UNSUPPORTED, "%s/tokenizer.json: the model's %.*s is not supported.", hf->path,
                       (int)p.unsupported.n, p.unsupported.bytes);
    enum bn_status status = check_count(hf, map->n, n, err);
    if (status) return status;
    v->n_tokens = (int)n;
    v->tokens = bn_source_alloc(hf->source, (size_t)n, sizeof *v->tokens, err);
    v->types = bn_source_alloc(hf->source, (size_t)n, 1, err);
    v->flags = bn_source_alloc(hf->source, (size_t)n, 1, err);
    if (!v->tokens || !v->types || !v->flags) return BN_ERR_MEMORY;
    v->kind = p.byte_fallback ? BN_VOCAB_SPM : BN_VOCAB_BPE;
    status = read_tokens(hf, &p, err);
    if (!status) status = read_merges(hf, &p, err);
    if (status) return status;
    find_unk(v, p.unk);
    bn_hf_pipeline(hf, &p.pipeline);
    check_added(hf, &p);
    return p.byte_fallback ? bn_hf_scores(hf, err) : BN_OK;
}
