/* gguf_save.c - writes a planned model as GGUF: the keys of FORMATS.md 2.2, the tokenizer, the tensors. */
#include "engine/format/gguf_save.h"
#include "engine/format/gguf_write.h"
#include "engine/format/little_endian.h"
#include <stdlib.h>
#include <string.h>

struct keys {
    struct bn_gguf_writer *w;
    const char *architecture;
    char text[160];
};
static const char *key(struct keys *k, const char *name)
{
    snprintf(k->text, sizeof k->text, "%s.%s", k->architecture, name);
    return k->text;
}

/* general.file_type: that of the linears. */
static uint32_t file_type(const struct bn_save_plan *plan)
{
    for (size_t i = 0; i < plan->n; i++)
        if (strstr(plan->items[i].name, "attn_q.weight")) {
            int type = bn_encoding_traits(plan->items[i].conversion.target)->file_type;
            return type < 0 ? 0 : (uint32_t)type;
        }
    return 0;
}

static bool has_input_norms(const struct bn_save_plan *plan)
{
    for (size_t i = 0; i < plan->n; i++)
        if (strstr(plan->items[i].name, "_norm_in.weight")) return true;
    return false;
}

static void put_config(struct bn_gguf_writer *w, const struct bn_config *c, const struct bn_save_plan *plan)
{
    struct keys k = {.w = w, .architecture = c->architecture};
    bn_gguf_put_string(w, "general.architecture", c->architecture);
    if (c->name[0]) bn_gguf_put_string(w, "general.name", c->name);
    bn_gguf_put_u32(w, key(&k, "vocab_size"), (uint32_t)c->n_vocab);
    bn_gguf_put_u32(w, key(&k, "context_length"), (uint32_t)c->n_ctx_train);
    bn_gguf_put_u32(w, key(&k, "embedding_length"), (uint32_t)c->dim);
    bn_gguf_put_u32(w, key(&k, "block_count"), (uint32_t)c->n_layers);
    bn_gguf_put_u32(w, key(&k, "feed_forward_length"), (uint32_t)c->ffn_dim);
    bn_gguf_put_u32(w, key(&k, "rope.dimension_count"), (uint32_t)c->rope_dim);
    bn_gguf_put_u32(w, key(&k, "attention.head_count"), (uint32_t)c->n_heads);
    bn_gguf_put_u32(w, key(&k, "attention.head_count_kv"), (uint32_t)c->n_kv_heads);
    if (c->head_dim * c->n_heads != c->dim) {
        bn_gguf_put_u32(w, key(&k, "attention.key_length"), (uint32_t)c->head_dim);
        bn_gguf_put_u32(w, key(&k, "attention.value_length"), (uint32_t)c->head_dim);
    }
    bn_gguf_put_f32(w, key(&k, "attention.layer_norm_rms_epsilon"), c->rms_eps);
    bn_gguf_put_f32(w, key(&k, "rope.freq_base"), c->rope_theta);
    if (c->rope_scale != 1) {
        bn_gguf_put_string(w, key(&k, "rope.scaling.type"), "linear");
        bn_gguf_put_f32(w, key(&k, "rope.scaling.factor"), c->rope_scale);
    }
    if (has_input_norms(plan)) bn_gguf_put_f32(w, key(&k, "attention.norm_in_epsilon"), c->norm_in_eps);
    /* Readers know relu2 by the architectures bitnet-b1.58 and bitnet-25; "bitnet" needs the key
     * (FORMATS.md 2.3). */
    if (strcmp(c->architecture, "bitnet") == 0)
        bn_gguf_put_string(w, key(&k, "hidden_activation"), c->ffn_activation == BN_FFN_RELU2 ? "relu2" : "silu");
    bn_gguf_put_u32(w, "general.file_type", file_type(plan));
}

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

static void put_vocab(struct bn_gguf_writer *w, const struct bn_vocab *v)
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
    if (v->chat_template.bytes) bn_gguf_put_string(w, "tokenizer.chat_template", v->chat_template.bytes);
}

static enum bn_status write_item(struct bn_gguf_writer *w, const struct bn_save_item *item, struct bn_fit_loss *loss,
                                 struct bn_error *err)
{
    uint8_t one[4];
    if (item->inline_value) {
        bn_store_f32(one, *item->inline_value);
        return bn_gguf_write_data(w, one, sizeof one, err);
    }
    const struct bn_conversion *c = &item->conversion;
    bool as_it_is =
        c->target == c->tensor->encoding && !bn_encoding_traits(c->target)->ternary && c->factor == 1 && !c->n_heads;
    if (as_it_is) return bn_gguf_write_data(w, c->tensor->data, item->bytes, err);
    void *out = calloc(1, item->bytes);
    if (!out) return bn_fail_memory(err, item->name, item->bytes);
    enum bn_status status = bn_convert(out, c, loss, err);
    if (!status) status = bn_gguf_write_data(w, out, item->bytes, err);
    free(out);
    return status;
}

static enum bn_status write_items(struct bn_gguf_writer *w, const struct bn_save_plan *plan,
                                  const struct bn_save_options *o, struct bn_error *err)
{
    uint64_t total = 0, done = 0;
    enum bn_status status = BN_OK;
    for (size_t i = 0; i < plan->n; i++) total += plan->items[i].bytes;
    for (size_t i = 0; i < plan->n && !status; i++) {
        if (o->progress) o->progress(o->self, plan->items[i].name, done, total);
        status = write_item(w, &plan->items[i], o->loss, err);
        done += plan->items[i].bytes;
    }
    return status;
}

enum bn_status bn_gguf_save(const struct bn_save_plan *plan, const struct bn_source *s, struct bn_output *output,
                            const struct bn_save_options *o, struct bn_error *err)
{
    struct bn_gguf_writer w;
    if (s->vocab.problem) return bn_fail(err, BN_ERR_UNSUPPORTED, "%s", s->vocab.problem);
    bn_gguf_writer_init(&w);
    put_config(&w, &s->config, plan);
    put_vocab(&w, &s->vocab);
    bn_gguf_put_u32(&w, "general.quantization_version", 2);
    for (size_t i = 0; i < plan->n; i++) {
        const struct bn_save_item *item = &plan->items[i];
        const struct bn_tensor *t = item->conversion.tensor;
        if (item->inline_value)
            bn_gguf_put_tensor(&w, item->name, BN_ENC_F32, 0, 1, item->bytes);
        else
            bn_gguf_put_tensor(&w, item->name, item->conversion.target, item->vector ? 0 : t->rows, t->cols,
                               item->bytes);
    }
    enum bn_status status = bn_gguf_writer_begin(&w, output, err);
    if (!status) status = write_items(&w, plan, o, err);
    struct bn_error changed; /* explains better why writing what was read failed */
    if (bn_source_check(s, &changed)) status = bn_fail(err, changed.status, "%s", changed.text);
    bn_gguf_writer_release(&w);
    return status;
}
