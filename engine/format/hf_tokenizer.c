/* hf_tokenizer.c - tokenizer.json of Hugging Face: byte-level BPE (Llama 3 and its kin), or Llama 2's
 * sentencepiece BPE. */
#include "engine/format/hf.h"
#include <stdio.h>
#include <string.h>

enum { ID_LIMIT = 1 << 24 };

/* Where the parts of the file are: found in one pass, read in an order of our own. */
struct parts {
    const char *vocab, *merges, *added, *end;
    struct bn_json_text pattern; /* of the first Split pre-tokeniser */
    bool bpe, byte_fallback, ignore_merges, byte_level, adds_token;
};

static bool read_pre_tokenizer(struct bn_json *j, struct parts *p, int depth)
{
    struct bn_json_text key, text;
    if (bn_json_peek(j) != BN_JSON_OBJECT || depth > 4) return bn_json_skip(j);
    for (bn_json_object(j); bn_json_key(j, &key);) {
        if (bn_json_is(key, "type") && bn_json_string(j, &text))
            p->byte_level = p->byte_level || bn_json_is(text, "ByteLevel");
        else if (bn_json_is(key, "pattern"))
            read_pre_tokenizer(j, p, depth + 1);
        else if (bn_json_is(key, "Regex") && !p->pattern.n)
            bn_json_string(j, &p->pattern);
        else if (bn_json_is(key, "pretokenizers"))
            for (bn_json_array(j); bn_json_element(j);) read_pre_tokenizer(j, p, depth + 1);
        else
            bn_json_skip(j);
    }
    return !j->error;
}

static bool mark(struct bn_json *j, const char **at)
{
    bn_json_peek(j);
    *at = j->at;
    return bn_json_skip(j);
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
            bn_json_bool(j, &p->ignore_merges);
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
    const char *post;
    for (bn_json_object(j); bn_json_key(j, &key);)
        if (bn_json_is(key, "model"))
            read_model(j, p);
        else if (bn_json_is(key, "added_tokens"))
            mark(j, &p->added);
        else if (bn_json_is(key, "pre_tokenizer"))
            read_pre_tokenizer(j, p, 0);
        else if (bn_json_is(key, "post_processor") && mark(j, &post))
            p->adds_token = memmem(post, (size_t)(j->at - post), "SpecialToken", 12) != NULL;
        else
            bn_json_skip(j);
    p->end = j->end;
    return bn_json_end(j);
}

static struct bn_json part(const struct parts *p, const char *at)
{
    struct bn_json j;
    bn_json_init(&j, at, (size_t)(p->end - at));
    return j;
}

/* An added token: {"id", "content", "special", ...}. */
static bool read_added(struct bn_json *j, int64_t *id, struct bn_json_text *content, bool *special)
{
    struct bn_json_text key;
    *id = -1, *special = false, *content = (struct bn_json_text){"", 0};
    for (bn_json_object(j); bn_json_key(j, &key);)
        if (bn_json_is(key, "id"))
            bn_json_int(j, id);
        else if (bn_json_is(key, "content"))
            bn_json_string(j, content);
        else if (bn_json_is(key, "special") && bn_json_peek(j) == BN_JSON_BOOL)
            bn_json_bool(j, special);
        else
            bn_json_skip(j);
    return !j->error && *id >= 0 && *id < ID_LIMIT;
}

static bool count_tokens(const struct parts *p, int64_t *n)
{
    struct bn_json_text text;
    int64_t id;
    bool special;
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
        if (!read_added(&j, &id, &text, &special)) return false;
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
    int64_t id;
    bool special;
    struct bn_json j = part(p, p->vocab);
    for (bn_json_object(&j); bn_json_key(&j, &text) && bn_json_int(&j, &id);) {
        if (!(v->tokens[id] = text_of(hf, text, err)).bytes) return BN_ERR_MEMORY;
        v->types[id] = type_of(p, v->tokens[id]);
    }
    if (!p->added) return BN_OK;
    j = part(p, p->added);
    for (bn_json_array(&j); bn_json_element(&j) && read_added(&j, &id, &text, &special);) {
        if (!(v->tokens[id] = text_of(hf, text, err)).bytes) return BN_ERR_MEMORY;
        v->types[id] = special ? BN_TOKEN_CONTROL : BN_TOKEN_USER;
    }
    return BN_OK;
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

/* The pre-tokeniser by its pattern; names as in GGUF files. Unknown patterns are refused rather than
 * tokenised wrongly. */
static enum bn_status set_pre(struct bn_hf *hf, const struct parts *p, struct bn_error *err)
{
    static const char llama3[] = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{"
                                 "N}{1,3}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|"
                                 "\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";
    struct bn_vocab *v = &hf->source->vocab;
    if (bn_json_is(p->pattern, llama3))
        snprintf(v->pre, sizeof v->pre, "llama-bpe");
    else if (!p->pattern.n && p->byte_level)
        snprintf(v->pre, sizeof v->pre, "gpt-2");
    else if (p->pattern.n && memmem(p->pattern.bytes, p->pattern.n, "{1,3}", 5) && p->ignore_merges)
        snprintf(v->pre, sizeof v->pre, "llama-bpe");
    else
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "%s/tokenizer.json: splits text by the pattern \"%.*s\", which this engine does not know.",
                       hf->path, p->pattern.n < 120 ? (int)p->pattern.n : 120, p->pattern.n ? p->pattern.bytes : "");
    v->add_bos = p->adds_token || strcmp(v->pre, "llama-bpe") == 0;
    return BN_OK;
}

enum bn_status bn_hf_tokenizer_json(struct bn_hf *hf, const struct bn_map *map, struct bn_error *err)
{
    struct bn_vocab *v = &hf->source->vocab;
    struct parts p = {0};
    struct bn_json j;
    int64_t n;
    bn_json_init(&j, map->bytes, map->n);
    if (!find_parts(&j, &p) || !p.vocab || !count_tokens(&p, &n) || n == 0)
        return bn_hf_json_error(hf, "tokenizer.json", &j, err);
    if (!p.bpe || !p.merges)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "%s/tokenizer.json: its model is not BPE, which is what this engine runs.", hf->path);
    v->n_tokens = (int)n;
    v->tokens = bn_source_alloc(hf->source, (size_t)n, sizeof *v->tokens, err);
    v->types = bn_source_alloc(hf->source, (size_t)n, 1, err);
    if (!v->tokens || !v->types) return BN_ERR_MEMORY;
    enum bn_status status = read_tokens(hf, &p, err);
    if (status) return status;
    if (p.byte_fallback) {
        v->kind = BN_VOCAB_SPM, v->add_bos = v->add_space_prefix = true;
        status = read_merges(hf, &p, err);
        return status ? status : bn_hf_scores(hf, err);
    }
    v->kind = BN_VOCAB_BPE;
    status = read_merges(hf, &p, err);
    return status ? status : set_pre(hf, &p, err);
}
