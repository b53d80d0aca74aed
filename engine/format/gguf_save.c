/* gguf_save.c - writes a planned model as GGUF: the keys of FORMATS.md 2.2, the tokenizer, the tensors. */
#include "engine/format/gguf_save.h"
#include "engine/format/finite.h"
#include "engine/format/gguf_save_vocab.h"
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
    if (as_it_is) {
        enum bn_status finite = bn_finite_weights(c->tensor, err);
        return finite ? finite : bn_gguf_write_data(w, c->tensor->data, item->bytes, err);
    }
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
    bn_gguf_put_vocab(&w, &s->vocab);
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
