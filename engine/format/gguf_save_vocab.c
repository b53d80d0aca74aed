/* gguf_save_vocab.c - the keys that a vocabulary is written as, and whether one that was read back is the same. */
#include "engine/format/gguf_save_vocab.h"
#include "engine/format/gguf.h"
#include <stdlib.h>
#include <string.h>

static void put_id(struct bn_gguf_writer *w, const char *key, int32_t id)
{
    if (id >= 0) bn_gguf_put_u32(w, key, (uint32_t)id);
}

/* Without a name readers other than ours fall back to another pre-tokeniser (FORMATS.md 5.1). */
static const char *pre_name(const struct bn_vocab *v)
{
    static const char bos[] = "<|begin_of_text|>";
    if (v->pre[0] || v->kind != BN_VOCAB_BPE) return v->pre;
    bool llama3 = v->n_tokens == 128256 && v->tokens[128000].n == sizeof bos - 1 &&
                  memcmp(v->tokens[128000].bytes, bos, sizeof bos - 1) == 0;
    return llama3 ? "llama-bpe" : "";
}

/* Id and flags of each token that has any, one after the other. */
static void put_flags(struct bn_gguf_writer *w, const struct bn_vocab *v)
{
    size_t n = 0;
    for (int32_t id = 0; v->flags && id < v->n_tokens; id++) n += v->flags[id] != 0;
    int32_t *pairs = n ? malloc(2 * n * sizeof *pairs) : NULL;
    if (n && !pairs) w->keys.failed = true;
    n = 0;
    for (int32_t id = 0; pairs && id < v->n_tokens; id++)
        if (v->flags[id]) pairs[n++] = id, pairs[n++] = v->flags[id];
    if (pairs) bn_gguf_put_ids(w, "bitnet.tokenizer.token_flags", pairs, n);
    free(pairs);
}

/* Special tokens as chat templates write them, where the ids say something else. */
static void put_named(struct bn_gguf_writer *w, const struct bn_vocab *v)
{
    char key[64];
    for (int i = 0; i < BN_NAMED_TOKENS; i++) {
        int32_t id = bn_named_id(v, i);
        bool same = id >= 0 && id < v->n_tokens && bn_string_equal(v->named[i], v->tokens[id]);
        snprintf(key, sizeof key, "bitnet.tokenizer.%s", bn_named_tokens[i]);
        if (v->named[i].bytes && !same) bn_gguf_put_text(w, key, v->named[i]);
    }
}

static void put_templates(struct bn_gguf_writer *w, const struct bn_vocab *v)
{
    char key[128];
    if (v->chat_template.bytes) bn_gguf_put_text(w, "tokenizer.chat_template", v->chat_template);
    if (!v->n_templates) return;
    struct bn_string *names = malloc(v->n_templates * sizeof *names);
    if (!names) w->keys.failed = true;
    for (size_t i = 0; names && i < v->n_templates; i++) {
        names[i] = v->templates[i].name;
        bn_gguf_template_key(key, sizeof key, names[i]);
        bn_gguf_put_text(w, key, v->templates[i].text);
    }
    if (names) bn_gguf_put_strings(w, "tokenizer.chat_templates", names, v->n_templates);
    free(names);
}

void bn_gguf_put_vocab(struct bn_gguf_writer *w, const struct bn_vocab *v)
{
    if (v->kind == BN_VOCAB_NONE) {
        bn_gguf_put_string(w, "tokenizer.ggml.model", "no_vocab");
        return;
    }
    size_t n = (size_t)v->n_tokens;
    bn_gguf_put_string(w, "tokenizer.ggml.model", v->kind == BN_VOCAB_BPE ? "gpt2" : "llama");
    if (pre_name(v)[0]) bn_gguf_put_string(w, "tokenizer.ggml.pre", pre_name(v));
    bn_gguf_put_strings(w, "tokenizer.ggml.tokens", v->tokens, n);
    if (v->scores) bn_gguf_put_floats(w, "tokenizer.ggml.scores", v->scores, n);
    if (v->types) bn_gguf_put_types(w, "tokenizer.ggml.token_type", v->types, n);
    if (v->kind == BN_VOCAB_BPE) bn_gguf_put_strings(w, "tokenizer.ggml.merges", v->merges, v->n_merges);
    put_id(w, "tokenizer.ggml.bos_token_id", v->bos);
    put_id(w, "tokenizer.ggml.eos_token_id", v->eos);
    put_id(w, "tokenizer.ggml.eot_token_id", v->eot);
    put_id(w, "tokenizer.ggml.eom_token_id", v->eom);
    put_id(w, "tokenizer.ggml.unknown_token_id", v->unk);
    put_id(w, "tokenizer.ggml.padding_token_id", v->pad);
    bn_gguf_put_bool(w, "tokenizer.ggml.add_bos_token", v->add_bos);
    bn_gguf_put_bool(w, "tokenizer.ggml.add_eos_token", v->add_eos);
    if (v->kind == BN_VOCAB_SPM || v->add_space_prefix)
        bn_gguf_put_bool(w, "tokenizer.ggml.add_space_prefix", v->add_space_prefix);
    if (v->prefix_at_start) bn_gguf_put_bool(w, "bitnet.tokenizer.prefix_at_start", true);
    if (v->prefix_unless_space) bn_gguf_put_bool(w, "bitnet.tokenizer.prefix_unless_space", true);
    if (v->normalizer[0]) bn_gguf_put_string(w, "bitnet.tokenizer.normalizer", v->normalizer);
    put_flags(w, v);
    if (v->n_ends) bn_gguf_put_ids(w, "bitnet.tokenizer.end_token_ids", v->ends, v->n_ends);
    put_named(w, v);
    put_templates(w, v);
}

/* ---- read back ---- */

static bool same_strings(const struct bn_string *a, const struct bn_string *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!bn_string_equal(a[i], b[i])) return false;
    return true;
}

static bool same_bytes(const void *a, const void *b, size_t n) { return !a || (b && !memcmp(a, b, n)); }

static bool same_tokens(const struct bn_vocab *a, const struct bn_vocab *b)
{
    size_t n = (size_t)a->n_tokens;
    bool same = a->n_tokens == b->n_tokens && a->n_merges == b->n_merges && !a->scores == !b->scores &&
                same_strings(a->tokens, b->tokens, n) && same_strings(a->merges, b->merges, a->n_merges) &&
                same_bytes(a->scores, b->scores, n * sizeof *a->scores) && same_bytes(a->types, b->types, n);
    for (size_t i = 0; same && i < n; i++) same = (a->flags ? a->flags[i] : 0) == (b->flags ? b->flags[i] : 0);
    return same;
}

static bool same_ids(const struct bn_vocab *a, const struct bn_vocab *b)
{
    return a->bos == b->bos && a->eos == b->eos && a->eot == b->eot && a->eom == b->eom && a->unk == b->unk &&
           a->pad == b->pad && a->n_ends == b->n_ends && same_bytes(a->ends, b->ends, a->n_ends * sizeof *a->ends);
}

/* What is done to texts on their way to tokens. */
static bool same_rules(const struct bn_vocab *a, const struct bn_vocab *b)
{
    return !strcmp(pre_name(a), b->pre) && !strcmp(a->normalizer, b->normalizer) && a->add_bos == b->add_bos &&
           a->add_eos == b->add_eos && a->add_space_prefix == b->add_space_prefix &&
           a->prefix_unless_space == b->prefix_unless_space && a->prefix_at_start == b->prefix_at_start;
}

static bool same_templates(const struct bn_vocab *a, const struct bn_vocab *b)
{
    bool same = a->n_templates == b->n_templates && bn_string_equal(a->chat_template, b->chat_template);
    for (size_t i = 0; same && i < a->n_templates; i++)
        same = bn_string_equal(a->templates[i].name, b->templates[i].name) &&
               bn_string_equal(a->templates[i].text, b->templates[i].text);
    for (int i = 0; same && i < BN_NAMED_TOKENS; i++) same = bn_string_equal(bn_named_text(a, i), bn_named_text(b, i));
    return same;
}

bool bn_gguf_same_vocab(const struct bn_vocab *a, const struct bn_vocab *b)
{
    if (a->kind == BN_VOCAB_NONE) return b->kind == BN_VOCAB_NONE;
    return a->kind == b->kind && same_tokens(a, b) && same_ids(a, b) && same_rules(a, b) && same_templates(a, b);
}
